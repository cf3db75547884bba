package io.mooring.server.registration;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a registration; what comes after its end is dropped. */
final class Turns implements Executor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Turns.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registration").factory());

  @Override
  public void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException closed) {
      log.debug("event=registration_closed");
    }
  }

  /**
   * @return null if the end has come
   */
  @Nullable ScheduledFuture<?> after(long millis, Runnable task) {
    try {
      return thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      log.debug("event=registration_closed");
      return null;
    }
  }

  /** Whatever runs now is the last. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
