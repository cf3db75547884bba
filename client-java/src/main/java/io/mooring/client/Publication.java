package io.mooring.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One publication that the application waits for. Belongs to the client's order, except for its
 * future, which the application may cancel at any time.
 */
final class Publication {
  private final String body;
  private final int bytes;
  private final int depth;
  private final long timeoutMillis;
  private final CompletableFuture<Position> outcome = new CompletableFuture<>();
  private long number;
  private boolean sent;
  private long firstSentAt;
  private @Nullable Session session;
  private long id;
  private @Nullable Alarm timeout;

  /**
   * @param body what follows the id in its message
   * @param bytes the whole message's, at most
   * @param depth how deep the message is nested
   */
  Publication(String body, int bytes, int depth, long timeoutMillis) {
    this.body = body;
    this.bytes = bytes;
    this.depth = depth;
    this.timeoutMillis = timeoutMillis;
  }

  String body() {
    return body;
  }

  int bytes() {
    return bytes;
  }

  int depth() {
    return depth;
  }

  CompletableFuture<Position> outcome() {
    return outcome;
  }

  /** Its place among the client's publications, from 1. */
  long number() {
    return number;
  }

  boolean isSettled() {
    return outcome.isDone();
  }

  boolean wasSent() {
    return sent;
  }

  /** Nanoseconds; of one that was sent. */
  long firstSentAt() {
    return firstSentAt;
  }

  /** It is taken on as the client's so-and-so-manyth. */
  void begin(Environment environment, long place) {
    number = place;
    timeout =
        environment.after(
            timeoutMillis,
            () ->
                fail(
                    "timeout",
                    sent
                        ? "no answer came within "
                            + timeoutMillis
                            + " ms; whether it was published is not known. Publish it again with"
                            + " the same dedupe to be sure"
                        : "there was no way to send it within "
                            + timeoutMillis
                            + " ms; it was not published"));
  }

  void sentOn(Session there, long requestId, long nanos) {
    if (!sent) {
      sent = true;
      firstSentAt = nanos;
    }
    session = there;
    id = requestId;
  }

  void fail(String code, String message) {
    outcome.completeExceptionally(new MooringException(code, message));
  }

  /** It has its outcome; nobody waits for an answer any more. */
  void settled() {
    Alarm.cancel(timeout);
    Session there = session;
    if (there != null) {
      session = null;
      there.answered(id);
    }
  }
}
