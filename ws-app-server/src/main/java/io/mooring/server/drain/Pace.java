package io.mooring.server.drain;

import java.util.concurrent.TimeUnit;

/**
 * Gives out the slots at which clients arrive elsewhere, evenly apart. A slot that was not given in
 * time is not made up for, so that a server that was held up sends nobody in a bunch. Times are in
 * nanoseconds of {@link System#nanoTime}.
 */
final class Pace {
  /** Clients are told this long before their slot: what is told cannot be called back. */
  static final long AHEAD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A slot nearer than this might have passed before the client hears of it. */
  static final long LEAST_AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final int rate;
  private long last;

  /**
   * @param rate slots a second
   */
  Pace(int rate, long now) {
    this.rate = rate;
    this.last = now + LEAST_AHEAD_NANOS - interval();
  }

  private Pace(long last, int rate) {
    this.last = last;
    this.rate = rate;
  }

  /** The same from here on with another rate. */
  Pace at(int another) {
    return new Pace(last, another);
  }

  int rate() {
    return rate;
  }

  /** Whether the next slot is near enough to be told. */
  boolean due(long now) {
    return next(now) - now <= AHEAD_NANOS;
  }

  /** Gives the next slot. */
  long take(long now) {
    last = next(now);
    return last;
  }

  private long interval() {
    return Math.ceilDiv(SECOND_NANOS, rate);
  }

  private long next(long now) {
    long following = last + interval();
    long earliest = now + LEAST_AHEAD_NANOS;
    return following - earliest > 0 ? following : earliest;
  }
}
