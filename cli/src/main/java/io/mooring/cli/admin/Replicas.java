package io.mooring.cli.admin;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /** For what changes something: a control plane may wait two seconds for the leader to do it. */
  private static final Duration DONE = Duration.ofSeconds(4);

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
        requireAlive(replica);
        Http.Answer answer =
            Http.send(
                method, replica.resolve(path), token, json, method.equals("GET") ? ANSWER : DONE);
        answering = replica;
        return answer;
      } catch (IOException silent) {
        reasons.add("%s (%s)".formatted(replica, silent.getMessage()));
      }
    }
    throw new AdminException("no control plane answers at " + String.join(", ", reasons));
  }

  /** What each answers that does; the others are left out. */
  List<Http.Answer> askEach(String path) {
    List<Http.Answer> answers = new ArrayList<>();
    for (URI replica : all) {
      try {
        requireAlive(replica);
        answers.add(Http.send("GET", replica.resolve(path), token, Optional.empty(), ANSWER));
      } catch (IOException silent) {
        continue;
      }
    }
    return answers;
  }

  private void requireAlive(URI replica) throws IOException {
    if (all.size() > 1 && !replica.equals(answering)) {
      Http.send("GET", replica.resolve("/healthz"), Optional.empty(), Optional.empty(), ALIVE);
    }
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
