package io.mooring.server.connection;

import io.mooring.server.loop.Wheel;

/**
 * What becomes of a socket whose token ends, and when: a warning {@value #WARNING_MILLIS} ms
 * before, the end {@value #GRACE_MILLIS} ms after. Times are those of the wall clock, as a token's
 * are; since that clock may be set, nobody looks at it for the last time more than {@value
 * #LOOK_MILLIS} ms ahead.
 */
final class Expiry {
  static final long WARNING_MILLIS = 60_000;
  static final long GRACE_MILLIS = 5_000;
  static final long LOOK_MILLIS = 50_000;

  /** The wheel is early by up to a tick, and never must the end be. */
  private static final long END_MILLIS = GRACE_MILLIS + 4 * Wheel.TICK_MILLIS;

  private Expiry() {}

  /**
   * @param exp in seconds since 1970
   * @param now in milliseconds since 1970
   */
  static boolean isOver(long exp, long now) {
    return millisToEnd(exp, now) <= Wheel.TICK_MILLIS;
  }

  /** Whether the client is to be told by now. */
  static boolean isNear(long exp, long now) {
    return millisToWarning(exp, now) <= Wheel.TICK_MILLIS;
  }

  /**
   * In how many milliseconds to look again.
   *
   * @param warned whether the client was told
   */
  static long next(long exp, long now, boolean warned) {
    long next = warned ? millisToEnd(exp, now) : millisToWarning(exp, now);
    return Math.min(LOOK_MILLIS, next);
  }

  private static long millisToEnd(long exp, long now) {
    return exp * 1000 + END_MILLIS - now;
  }

  private static long millisToWarning(long exp, long now) {
    return exp * 1000 - WARNING_MILLIS - now;
  }
}
