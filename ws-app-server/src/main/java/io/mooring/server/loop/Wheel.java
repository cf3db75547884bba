package io.mooring.server.loop;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timing wheel of one loop: a deadline costs two links and nothing else, however many sockets
 * wait. Belongs to its loop.
 *
 * <p>Deadlines fall on ticks of {@value #TICK_MILLIS} ms and are rounded down, so that one is never
 * met later than asked except by the loop's own lag.
 */
public final class Wheel {
  public static final long TICK_MILLIS = 50;

  private static final Logger log = LoggerFactory.getLogger(Wheel.class);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
  private static final int SLOTS = 1024;

  /** The last list holds what is due in the tick at hand. */
  private static final int DUE = SLOTS;

  private final @Nullable Timed[] slots = new @Nullable Timed[SLOTS + 1];
  private final long startNanos;
  private long tick;
  private long lastLagNanos;
  private long worstLagNanos;

  public Wheel(long nowNanos) {
    this.startNanos = nowNanos;
  }

  /** Puts a deadline {@code delayMillis} from now in place of the one that {@code timed} has. */
  public void schedule(Timed timed, long delayMillis, long nowNanos) {
    cancel(timed);
    long dueNanos = nowNanos - startNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis);
    timed.tick = Math.max(dueNanos / TICK_NANOS, tick + 1);
    link(timed, (int) (timed.tick & (SLOTS - 1)));
  }

  /** Takes the deadline away; without effect if there is none. */
  public void cancel(Timed timed) {
    if (timed.slot != Timed.NOWHERE) {
      unlink(timed);
    }
  }

  /** Meets every deadline up to now. */
  public void advance(long nowNanos) {
    lastLagNanos = Math.max(0, nowNanos - nextTickNanos());
    worstLagNanos = Math.max(worstLagNanos, lastLagNanos);
    long last = (nowNanos - startNanos) / TICK_NANOS;
    // After a stall longer than one turn of the wheel, each slot is still visited only once.
    long first = Math.max(tick + 1, last - SLOTS + 1);
    tick = Math.max(tick, last);
    for (long visited = first; visited <= last; visited++) {
      collect((int) (visited & (SLOTS - 1)));
    }
    for (Timed timed = slots[DUE]; timed != null; timed = slots[DUE]) {
      unlink(timed);
      try {
        timed.due();
      } catch (Throwable broken) {
        // One that got out would end the ticks of the loop, and with them every later deadline.
        log.error("event=deadline_failed of={}", timed.getClass().getName(), broken);
      }
    }
  }

  /**
   * How long something that runs now may have waited for the loop, in nanoseconds: how overdue the
   * next tick is, or how late the last one was.
   */
  public long lagNanos(long nowNanos) {
    return Math.max(lastLagNanos, nowNanos - nextTickNanos());
  }

  /** The worst lateness of a tick since the last call, in nanoseconds. */
  public long takeWorstLagNanos() {
    long worst = worstLagNanos;
    worstLagNanos = 0;
    return worst;
  }

  private void collect(int slot) {
    Timed timed = slots[slot];
    while (timed != null) {
      Timed following = timed.next;
      if (timed.tick <= tick) {
        unlink(timed);
        link(timed, DUE);
      }
      timed = following;
    }
  }

  private void link(Timed timed, int slot) {
    Timed head = slots[slot];
    timed.slot = slot;
    timed.next = head;
    if (head != null) {
      head.previous = timed;
    }
    slots[slot] = timed;
  }

  private void unlink(Timed timed) {
    if (timed.previous == null) {
      slots[timed.slot] = timed.next;
    } else {
      timed.previous.next = timed.next;
    }
    if (timed.next != null) {
      timed.next.previous = timed.previous;
    }
    timed.previous = null;
    timed.next = null;
    timed.slot = Timed.NOWHERE;
  }

  private long nextTickNanos() {
    return startNanos + (tick + 1) * TICK_NANOS;
  }
}
