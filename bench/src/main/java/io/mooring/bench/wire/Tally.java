package io.mooring.bench.wire;

import org.HdrHistogram.Histogram;

/**
 * What the clients of one kind on one loop have received. Belongs to that loop; other threads read
 * it only by a task on it.
 */
final class Tally {
  private static final long LONGEST_MICROS = 120_000_000;
  private static final int DIGITS = 3;

  private final Histogram latencies = new Histogram(LONGEST_MICROS, DIGITS);
  private long delivered;
  private long missing;
  private long doubled;

  void delivered(long latencyMicros) {
    delivered++;
    latencies.recordValue(Math.clamp(latencyMicros, 0, LONGEST_MICROS));
  }

  void missing(long publications) {
    missing += publications;
  }

  void doubled() {
    doubled++;
  }

  void reset() {
    latencies.reset();
    delivered = 0;
    missing = 0;
    doubled = 0;
  }

  long count() {
    return delivered;
  }

  Received received() {
    return new Received(latencies.copy(), delivered, missing, doubled);
  }
}
