package io.mooring.server.connection;

import java.util.concurrent.TimeUnit;

/**
 * How many messages a client may send in ten seconds, all at once or spread: a bucket that is
 * described by one number, the time at which it will be full again.
 *
 * @param messages at least 1
 */
record Rate(int messages) {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What {@link #spend} answers when the bucket does not hold that many. */
  static final long EXCEEDED = Long.MAX_VALUE;

  /**
   * Takes {@code count} messages out of the bucket.
   *
   * @param fullAt when the bucket will be full, as answered last; at first the present
   * @return when it will be full now, or {@link #EXCEEDED}
   */
  long spend(long fullAt, int count, long now) {
    long price = WINDOW_NANOS / messages * count;
    long next = (fullAt - now > 0 ? fullAt : now) + price;
    return next - now > WINDOW_NANOS ? EXCEEDED : next;
  }
}
