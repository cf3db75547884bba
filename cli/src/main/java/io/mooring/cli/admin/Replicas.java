package io.mooring.cli.admin;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several control planes that answer alike. The one that answered last is asked again; a dead one,
 * or one that holds its port and says nothing, is left for the next within two seconds. Safe for
 * use by many threads.
 */
final class Replicas {
  /** How long a control plane that does nothing else takes to say that it is alive. */
  private static final Duration ALIVE = Duration.ofMillis(400);

  private static final Duration ANSWER = Duration.ofSeconds(2);

  private final List<URI> all;
  private final Optional<String> token;
  private volatile @Nullable URI answering;

  Replicas(List<URI> all, Optional<String> token) {
    if (all.isEmpty()) {
      throw new IllegalArgumentException("no control plane is named");
    }
    this.all = List.copyOf(all);
    this.token = token;
  }

  List<URI> all() {
    return all;
  }

  /**
   * Asks one after the other until one answers; what is asked must do no harm when it is done
   * twice.
   *
   * @param json the body
   * @throws AdminException naming all of them when none answers
   */
  Http.Answer ask(String method, String path, Optional<String> json) {
    List<String> reasons = new ArrayList<>();
    for (URI replica : order()) {
      try {
        if (all.size() > 1 && !replica.equals(answering)) {
          Http.send("GET", replica.resolve("/healthz"), Optional.empty(), Optional.empty(), ALIVE);
        }
        Http.Answer answer = ask(replica, method, path, json);
        answering = replica;
        return answer;
      } catch (IOException silent) {
        reasons.add("%s (%s)".formatted(replica, silent.getMessage()));
      }
    }
    throw new AdminException("no control plane answers at " + String.join(", ", reasons));
  }

  /** Asks that one. */
  Http.Answer ask(URI replica, String method, String path, Optional<String> json)
      throws IOException {
    return Http.send(method, replica.resolve(path), token, json, ANSWER);
  }

  /** For messages. */
  @Override
  public String toString() {
    return all.stream().map(URI::toString).collect(Collectors.joining(", "));
  }

  private List<URI> order() {
    URI first = answering;
    if (first == null) {
      return all;
    }
    List<URI> order = new ArrayList<>(List.of(first));
    all.stream().filter(replica -> !replica.equals(first)).forEach(order::add);
    return order;
  }
}
