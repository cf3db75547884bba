package io.mooring.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an Envoy says of itself on its admin port. */
final class EnvoyAdmin {
  /** Where the app servers stand. */
  private static final Pattern HOST =
      Pattern.compile("^mooring-ws::(\\d[^:]*:\\d+)::", Pattern.MULTILINE);

  private static final Pattern STAT = Pattern.compile("^(\\S+): (\\d+)$", Pattern.MULTILINE);
  private static final Pattern SERIAL = Pattern.compile("\"serial_number\": \"([0-9a-f]+)\"");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final URI admin;

  EnvoyAdmin(URI admin) {
    this.admin = admin;
  }

  /** The addresses to which sockets are passed. */
  Set<String> hosts() {
    Set<String> hosts = new TreeSet<>();
    Matcher found = HOST.matcher(ask("/clusters"));
    while (found.find()) {
      hosts.add(found.group(1));
    }
    return hosts;
  }

  /** The counters and gauges whose names match. */
  Map<String, Long> stats(String regex) {
    Map<String, Long> stats = new TreeMap<>();
    Matcher found =
        STAT.matcher(ask("/stats?filter=" + URLEncoder.encode(regex, StandardCharsets.UTF_8)));
    while (found.find()) {
      stats.put(found.group(1), Long.valueOf(found.group(2)));
    }
    return stats;
  }

  /** Every answer of a control plane that was taken in or refused, by resource type. */
  Map<String, Long> received() {
    return stats("\\.(update_success|update_rejected|key_rotation_failed)$");
  }

  /** How often a listener, or one of its filter chains, was added, changed or removed. */
  Map<String, Long> listenerChanges() {
    return stats(
        "^listener_manager\\.(listener_(added|modified|removed|in_place_updated)|lds\\.update_rejected)$");
  }

  /** How often the app servers' cluster got or lost hosts. */
  Map<String, Long> membershipChanges() {
    return stats("^cluster\\.mooring-ws\\.membership_(change|total)$");
  }

  /** The serial numbers, in lower-case hex, of the certificates that are served. */
  Set<String> certificates() {
    Set<String> serials = new TreeSet<>();
    Matcher found = SERIAL.matcher(ask("/certs"));
    while (found.find()) {
      serials.add(found.group(1));
    }
    return serials;
  }

  private String ask(String path) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create(admin + path))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException silent) {
      throw new UncheckedIOException(silent);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
