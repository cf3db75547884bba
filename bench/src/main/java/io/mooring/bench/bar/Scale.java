package io.mooring.bench.bar;

import java.time.Duration;

/** How much of the work is done. */
public enum Scale {
  FULL(1, 25_000, 15_000, 30_000, 75_000, 3_000),
  /** Less time, the same load. */
  QUICK(1, 15_000, 8_000, 10_000, 50_000, 3_000),
  /** Only to see that everything works: its figures mean nothing. */
  TINY(100, 300, 500, 200, 500, 200);

  private static final int SETTLED = 5;

  private final int divisor;
  private final Duration warmUp;
  private final Duration load;
  private final Duration idle;
  private final Duration pings;
  private final Duration settling;

  /** Times in milliseconds. */
  Scale(int divisor, int warmUp, int load, int idle, int pings, int settling) {
    this.divisor = divisor;
    this.warmUp = Duration.ofMillis(warmUp);
    this.load = Duration.ofMillis(load);
    this.idle = Duration.ofMillis(idle);
    this.pings = Duration.ofMillis(pings);
    this.settling = Duration.ofMillis(settling);
  }

  /** A number of clients or channels, at least 2. */
  int of(int full) {
    return Math.max(2, full / divisor);
  }

  /** A rate, at least 5. */
  double of(double full) {
    return Math.max(5, full / divisor);
  }

  /** How long a contender with a JIT compiler works before it is measured, at least. */
  Duration warmUp() {
    return warmUp;
  }

  /** How long buffers and connections take to settle. */
  Duration settled() {
    return warmUp.dividedBy(SETTLED);
  }

  Duration load() {
    return load;
  }

  /** How long sockets idle before memory is read. */
  Duration idle() {
    return idle;
  }

  /** How long pings are watched: three times of all sockets at {@link #FULL}. */
  Duration pings() {
    return pings;
  }

  /** How long a server is left alone after a collection, or some other upheaval. */
  Duration settling() {
    return settling;
  }
}
