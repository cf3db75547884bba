package io.mooring.bench.bar;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Time that passes because it is measured, or until something has come. */
final class Pause {
  private static final long LOOK_MILLIS = 5;

  private Pause() {}

  static void of(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring", interrupted);
    }
  }

  /** Returns when it holds, or when the time is over. */
  static void until(BooleanSupplier holds, Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (!holds.getAsBoolean() && System.nanoTime() < deadline) {
      of(Duration.ofMillis(LOOK_MILLIS));
    }
  }
}
