package io.mooring.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import java.time.Duration;
import java.util.Optional;

/** Whether the server that drains is heard of: a frozen one moves nobody. */
final class Silence {
  /** A server that drains renews its lease each half second; before it has heard, each three. */
  private static final Duration LONG = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final AdminApi admin;
  private final String next;
  private long lookedNanos = System.nanoTime();
  private boolean told;

  /**
   * @param next what to do about it
   */
  Silence(AdminApi admin, String next) {
    this.admin = admin;
    this.next = next;
  }

  /** Looks once a second; speaks once for each time that the server falls silent. */
  Optional<String> news(String server) {
    long now = System.nanoTime();
    if (now - lookedNanos < LOOK.toNanos()) {
      return Optional.empty();
    }
    lookedNanos = now;
    Duration age = age(server);
    boolean known = told;
    told = age.compareTo(LONG) > 0;
    return told && !known
        ? Optional.of(
            "%s was last heard of %d s ago: dead, frozen or cut off, it moves nobody; next: %s"
                .formatted(server, age.toSeconds(), next))
        : Optional.empty();
  }

  /** Zero if nobody can tell. */
  private Duration age(String server) {
    try {
      for (JsonNode known : admin.serversAsJson().path("servers")) {
        if (known.path("id").asText().equals(server)) {
          return Duration.ofMillis(known.path("lease_age_ms").asLong());
        }
      }
      return Duration.ZERO;
    } catch (AdminException nobodyTells) {
      return Duration.ZERO;
    }
  }
}
