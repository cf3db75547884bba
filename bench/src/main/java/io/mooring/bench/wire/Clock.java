package io.mooring.bench.wire;

/** Microseconds since this process began to measure. */
final class Clock {
  private static final long BEGIN = System.nanoTime();

  private Clock() {}

  static long micros() {
    return (System.nanoTime() - BEGIN) / 1_000;
  }
}
