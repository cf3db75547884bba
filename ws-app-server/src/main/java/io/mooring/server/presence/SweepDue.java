package io.mooring.server.presence;

import java.util.concurrent.TimeUnit;

/**
 * Whether rooms are to be swept again, because it has failed: once a second, until the dead have
 * been silent for so long that whoever meets them drops them. Belongs to a strand.
 */
final class SweepDue {
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean failed;
  private long end;
  private long next;

  /** Somebody has died. */
  void begin(long now) {
    failed = false;
    end = now + Presence.TTL.toNanos();
  }

  void ended(boolean hasFailed, long now) {
    failed = hasFailed;
    next = now + REST_NANOS;
  }

  /** Whether to sweep now; each time only once. */
  boolean take(long now) {
    if (!failed || next - now > 0) {
      return false;
    }
    failed = false;
    return end - now > 0;
  }
}
