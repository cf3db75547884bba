package io.mooring.process;

import java.util.concurrent.CompletableFuture;

/**
 * A process that owes others something before it may be closed, and that may come to its end
 * without being told.
 */
public interface Departing extends AutoCloseable {
  /** Told to stop: begins to finish what it owes. Called at most once, on the main thread. */
  void depart();

  /** Completes when the process is to be closed, be it after {@link #depart} or by itself. */
  CompletableFuture<Void> departed();
}
