package io.mooring.client;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Time that passes when a test says so. Safe for use by many threads. */
final class HandTimers implements Timers {
  static final long START_SECONDS = 1_800_000_000;

  private record Task(long at, Runnable work) {}

  private final List<Task> tasks = new ArrayList<>();
  private long now;

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized long epochMillis() {
    return START_SECONDS * 1_000 + TimeUnit.NANOSECONDS.toMillis(now);
  }

  @Override
  public synchronized Timer after(long millis, Runnable work) {
    Task task = new Task(now + TimeUnit.MILLISECONDS.toNanos(millis), work);
    tasks.add(task);
    return () -> forget(task);
  }

  private synchronized void forget(Task task) {
    tasks.remove(task);
  }

  /** Lets time pass, and runs what is due by then, in the order of the times. */
  void pass(Duration time) {
    long end = nanos() + time.toNanos();
    for (Optional<Task> due = next(end); due.isPresent(); due = next(end)) {
      due.get().work.run();
    }
  }

  private synchronized Optional<Task> next(long end) {
    Optional<Task> due =
        tasks.stream().filter(task -> task.at <= end).min(Comparator.comparingLong(Task::at));
    due.ifPresent(tasks::remove);
    now = due.map(task -> Math.max(now, task.at)).orElse(end);
    return due;
  }

  /**
   * Lets time pass in short steps until {@code condition} holds, four times as fast as real time:
   * what the network does takes real time, and clients set deadlines for it.
   */
  void passUntil(BooleanSupplier condition) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              if (condition.getAsBoolean()) {
                return true;
              }
              pass(Duration.ofMillis(20));
              return false;
            });
  }

  /** Waits until something is to happen exactly so long from now. */
  void awaitDue(Duration later) {
    await().pollInterval(Duration.ofMillis(2)).until(() -> isDue(later));
  }

  synchronized boolean isDue(Duration later) {
    return tasks.stream().anyMatch(task -> task.at == now + later.toNanos());
  }
}
