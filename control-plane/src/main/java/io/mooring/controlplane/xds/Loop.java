package io.mooring.controlplane.xds;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns every conversation; work for it is a message. */
final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private volatile @Nullable Thread thread;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          work -> thread = Thread.ofPlatform().name("xds").daemon().unstarted(work),
          // After close there is nobody left to tell.
          new ThreadPoolExecutor.DiscardPolicy());

  Loop() {
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void execute(Runnable work) {
    executor.execute(guarded(work));
  }

  void executeAfter(Duration delay, Runnable work) {
    var unused = executor.schedule(guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException failed) {
        log.error("event=xds_work_failed", failed);
      }
    };
  }

  boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /** Returns when what was asked of it before is done, or a second later. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
        log.warn("event=xds_work_unfinished");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
