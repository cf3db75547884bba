package io.mooring.client;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Real time, with one thread for all clients of a process. */
final class SharedTimers implements Timers {
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("mooring-client-timers").factory());

  SharedTimers() {
    // Most timers are cancelled: 10,000 clients' deadlines would otherwise lie about for long.
    thread.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long epochMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Timer after(long millis, Runnable task) {
    ScheduledFuture<?> later = thread.schedule(task, millis, TimeUnit.MILLISECONDS);
    return () -> later.cancel(false);
  }
}
