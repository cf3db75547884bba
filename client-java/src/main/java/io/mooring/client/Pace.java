package io.mooring.client;

import java.util.concurrent.TimeUnit;

/**
 * How fast a client speaks on one socket: below what its server allows, as that closes a socket
 * that says more. Half of a window's messages may go at once, and then 80 % of the rate, so that
 * what the network held up for some seconds and delivers in one go is still allowed.
 */
final class Pace {
  private static final double WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double AT_ONCE = 0.5;
  private static final double SHARE = 0.8;

  private final double most;
  private final double perNano;
  private double left;
  private long at;

  /**
   * @param messagesPerWindow what the server allows in ten seconds
   */
  Pace(int messagesPerWindow, long nanos) {
    this.most = Math.max(1, messagesPerWindow * AT_ONCE);
    this.perNano = Math.max(1, messagesPerWindow) * SHARE / WINDOW_NANOS;
    this.left = most;
    this.at = nanos;
  }

  /** Takes one message out, if there is one. */
  boolean spend(long nanos) {
    refill(nanos);
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }

  /** Takes one out for what must not wait, which later ones then pay. */
  void force(long nanos) {
    refill(nanos);
    left--;
  }

  /** How long until {@link #spend} succeeds, in milliseconds, at least 1. */
  long delay(long nanos) {
    refill(nanos);
    return Math.max(1, (long) Math.ceil((1 - left) / perNano / 1_000_000));
  }

  private void refill(long nanos) {
    left = Math.min(most, left + (nanos - at) * perNano);
    at = nanos;
  }
}
