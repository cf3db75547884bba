package io.mooring.bench.wire;

import org.HdrHistogram.Histogram;

/**
 * What clients have received.
 *
 * @param latencies in microseconds, from when a publication was due to its arrival
 * @param missing publications that were passed over, as a later one came
 * @param doubled publications that came again
 */
public record Received(Histogram latencies, long delivered, long missing, long doubled) {
  Received and(Received other) {
    Histogram all = latencies.copy();
    all.add(other.latencies);
    return new Received(
        all, delivered + other.delivered, missing + other.missing, doubled + other.doubled);
  }

  /** In milliseconds; {@code share} of 0.99 is p99. */
  public double latencyMillis(double share) {
    return latencies.getValueAtPercentile(share * 100) / 1_000.0;
  }
}
