package io.mooring.controlplane.rounds;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A thread that does one round after another until it is closed. */
public final class Rounds implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  private final Supplier<Duration> round;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param name of the thread
   * @param round does one round, on that thread, and returns how long to wait until the next; one
   *     that throws was the last
   */
  public Rounds(String name, Supplier<Duration> round) {
    this.round = round;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Begins with the first round at once. */
  public void start() {
    thread.start();
  }

  /** Lets the round that is under way end, for at most three seconds; no other follows. */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (thread.isAlive()) {
        thread.join(CLOSE_LIMIT);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      Duration pause = Duration.ZERO;
      while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        pause = round.get();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
