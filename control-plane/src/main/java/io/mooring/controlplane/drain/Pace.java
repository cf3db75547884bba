package io.mooring.controlplane.drain;

import io.mooring.registry.DrainSpec;
import java.time.Duration;

/** How long it takes to tell all clients of a server that they are to go. */
public final class Pace {
  private static final int LEAST_RATE = 50;
  private static final Duration DEFAULT_SPAN = Duration.ofSeconds(120);

  private Pace() {}

  /** Connections a second: the rate of the spec, or the server's own default. */
  public static double rate(DrainSpec spec, long connections) {
    return spec.rate() > 0
        ? spec.rate()
        : Math.max(LEAST_RATE, connections / (double) DEFAULT_SPAN.toSeconds());
  }

  /**
   * @param connections how many there were when the moves began
   * @param left how many of them were not told yet
   */
  public static Duration span(DrainSpec spec, long connections, long left) {
    return Duration.ofMillis(Math.round(1000 * left / rate(spec, connections)));
  }
}
