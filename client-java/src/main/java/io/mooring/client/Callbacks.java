package io.mooring.client;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the application, and outlives what it throws: in other languages of the JVM, and by
 * generics in Java, that may be a checked exception. Called in the client's order.
 */
final class Callbacks {
  private static final Logger log = LoggerFactory.getLogger(Callbacks.class);

  private final @Nullable ClientListener listener;

  /**
   * @param listener null if the application gave none: then errors are logged, so that none is
   *     swallowed
   */
  Callbacks(@Nullable ClientListener listener) {
    this.listener = listener;
  }

  /** Calls a listener of a subscription. */
  void call(Runnable callback) {
    try {
      callback.run();
    } catch (Throwable thrown) {
      log.error("event=listener_failed", thrown);
      tell(
          new MooringException(
              "listener_failed",
              "a listener threw " + thrown + "; the client goes on with the next call",
              thrown));
    }
  }

  void stateChanged(StateChange change) {
    if (listener != null) {
      call(() -> listener.stateChanged(change));
    }
  }

  void error(MooringException error) {
    if (listener == null) {
      log.warn("event=client_error code={} message=\"{}\"", error.code(), error.getMessage());
    }
    tell(error);
  }

  private void tell(MooringException error) {
    if (listener == null) {
      return;
    }
    try {
      listener.error(error);
    } catch (Throwable thrown) {
      log.error("event=listener_failed listener=error", thrown);
    }
  }

  /** A bug of this library. */
  void mistake(Throwable mistake) {
    log.error("event=client_failed", mistake);
    tell(
        new MooringException(
            "internal",
            "the client failed by itself: " + mistake + "; this is a bug, please report it",
            mistake));
  }
}
