package io.mooring.server.connection;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import java.util.concurrent.TimeUnit;

/**
 * What comes of a connection whose client was told to reconnect: a newer one with its id does not
 * displace it, as the client closes it only when it has resumed there; if it does not, the socket
 * is closed {@value #EXEMPT_SECONDS} s after the client was told. Belongs to the connection's loop.
 */
final class Parting extends Timed {
  static final long EXEMPT_SECONDS = 30;

  private final Loop loop;
  private final Runnable close;
  private long toldNanos;

  /**
   * @param close called on the loop when the time is over
   */
  Parting(Loop loop, Runnable close) {
    this.loop = loop;
    this.close = close;
  }

  void told(long nowNanos) {
    toldNanos = nowNanos;
  }

  /** The newer connection is there. */
  void displaced(long nowNanos) {
    long left = toldNanos + TimeUnit.SECONDS.toNanos(EXEMPT_SECONDS) - nowNanos;
    loop.schedule(this, Math.max(0, TimeUnit.NANOSECONDS.toMillis(left)));
  }

  void stop() {
    loop.cancel(this);
  }

  @Override
  protected void due() {
    close.run();
  }
}
