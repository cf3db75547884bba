package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The publications of one client: in their order, at the pace of the socket, again after a
 * reconnect with the same dedupe, until each has its outcome. Belongs to the client's order.
 */
final class Publishing {
  /** A server knows a dedupe for five minutes; some of that goes by on the way. */
  private static final long SAFE_NANOS = TimeUnit.MINUTES.toNanos(4);

  private final Environment environment;

  /** All without an outcome, by their numbers. */
  private final Map<Long, Publication> all = new TreeMap<>();

  /** Those of them that are to be sent, now or again. */
  private final TreeMap<Long, Publication> waiting = new TreeMap<>();

  private @Nullable Session session;
  private long lastNumber;

  Publishing(Environment environment) {
    this.environment = environment;
  }

  /** Takes it on. */
  void submit(Publication publication) {
    if (publication.isSettled()) {
      return;
    }
    publication.begin(environment, ++lastNumber);
    all.put(publication.number(), publication);
    waiting.put(publication.number(), publication);
    // The application may settle it as well, by cancelling; on whatever thread.
    publication
        .outcome()
        .whenComplete(
            (position, failure) -> environment.order().execute(() -> forget(publication)));
    pump();
  }

  /** From now on all go to {@code next}; null if there is no socket. */
  void use(@Nullable Session next) {
    session = next;
    pump();
  }

  /** No answer comes on {@code ended} any more: what it owes is sent again, in the first order. */
  void lost(Session ended) {
    for (Publication publication : ended.takeUnanswered()) {
      again(publication);
    }
    pump();
  }

  /** Sends what may go now. */
  void pump() {
    Session there = session;
    while (there != null) {
      Publication next = first(there);
      if (next == null || !there.mayPublish()) {
        return;
      }
      waiting.remove(next.number());
      there.publish(next);
    }
  }

  void published(Session there, JsonNode message) {
    Position position =
        Position.of(message)
            .orElseThrow(() -> new MalformedException("pubbed with epoch, off and tag"));
    Publication publication = there.answered(message.path("id").asLong(-1));
    if (publication != null) {
      publication.outcome().complete(position);
    }
  }

  /** Whether an error was the answer to a publication. */
  boolean failed(Session there, JsonNode error) {
    Publication publication = there.answered(error.path("id").asLong(-1));
    if (publication == null) {
      return false;
    }
    String code = error.path("code").asText();
    if (code.equals("unavailable")) {
      long asked = Math.max(1, error.path("retry_ms").asLong());
      environment.after(
          asked + environment.random().nextLong(asked + 1),
          () -> {
            again(publication);
            pump();
          });
    } else {
      publication.fail(code, "the server did not publish it: " + error.path("message").asText());
    }
    return true;
  }

  /** The client is closed. */
  void close() {
    session = null;
    for (Publication publication : new ArrayList<>(all.values())) {
      if (publication.wasSent()) {
        publication.fail(
            "unknown_outcome",
            "the client was closed before the answer; whether it was published is not known."
                + " Publish it again with the same dedupe to be sure");
      } else {
        publication.fail(
            "closed", "the client was closed before it could be sent; it was not published");
      }
    }
  }

  private void again(Publication publication) {
    if (!publication.isSettled()) {
      waiting.put(publication.number(), publication);
    }
  }

  private void forget(Publication publication) {
    all.remove(publication.number());
    waiting.remove(publication.number());
    publication.settled();
  }

  /** The next to be sent; those that must not be sent are failed on the way. */
  private @Nullable Publication first(Session there) {
    Hello hello = there.hello();
    while (hello != null && !waiting.isEmpty()) {
      Publication publication = waiting.firstEntry().getValue();
      if (publication.isSettled()) {
        waiting.remove(publication.number());
      } else if (publication.bytes() > hello.messageBytes()) {
        waiting.remove(publication.number());
        publication.fail(
            "too_large",
            "it has up to "
                + publication.bytes()
                + " bytes as a message; the server takes "
                + hello.messageBytes()
                + ". Publish less at once");
      } else if (publication.depth() > hello.depth()) {
        waiting.remove(publication.number());
        publication.fail(
            "bad_request",
            "it is nested "
                + publication.depth()
                + " deep as a message; the server takes "
                + hello.depth()
                + ". Publish flatter data");
      } else if (publication.wasSent()
          && environment.nanos() - publication.firstSentAt() > SAFE_NANOS) {
        waiting.remove(publication.number());
        publication.fail(
            "unknown_outcome",
            "it was sent over four minutes ago and not answered; sent again now it might be"
                + " published twice. Look whether it was published");
      } else {
        return publication;
      }
    }
    return null;
  }
}
