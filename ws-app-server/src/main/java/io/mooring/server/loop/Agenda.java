package io.mooring.server.loop;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a loop does at the end of each turn, when everything that had arrived has been taken in: all
 * that is short, then the flushes, then one portion of what is long. Then the loop looks for new
 * arrivals before it goes on, so that however much is long, what is short waits for one portion at
 * most. What is long takes turns; where that keeps others waiting it offers its processor to them
 * after each portion, as on a busy machine they get none for some milliseconds otherwise. Belongs
 * to its loop.
 */
public final class Agenda {
  /** Work that can be done in portions; called on the loop. */
  public interface Item {
    /** Whether one portion will do. */
    boolean isShort();

    /** Whether a long one goes on and on, rather than being done once. */
    default boolean repeats() {
      return false;
    }

    /**
     * Does one portion.
     *
     * @return whether there is more to do; if so, it stays on the agenda
     */
    boolean advance();
  }

  private static final Logger log = LoggerFactory.getLogger(Agenda.class);

  /** For so long after something short was done, more of it may come. */
  private static final long NEIGHBOURLY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Flushes flushes;
  private final LongSupplier nanos;
  private final Runnable offer;
  private final ArrayDeque<Item> added = new ArrayDeque<>();
  private final ArrayDeque<Item> lengthy = new ArrayDeque<>();

  private long lastShort;

  Agenda(Flushes flushes) {
    this(flushes, System::nanoTime, Thread::yield);
  }

  /**
   * @param nanos the clock
   * @param offer offers the processor to others
   */
  Agenda(Flushes flushes, LongSupplier nanos, Runnable offer) {
    this.flushes = flushes;
    this.nanos = nanos;
    this.offer = offer;
    this.lastShort = nanos.getAsLong() - NEIGHBOURLY_NANOS;
  }

  /** Puts work on the agenda of this turn's end. The caller does not add one that is on it. */
  public void add(Item item) {
    added.add(item);
  }

  /** Whether the loop may not sleep. */
  boolean isOpen() {
    return !added.isEmpty() || !lengthy.isEmpty() || !flushes.isEmpty();
  }

  void endTurn() {
    doShort();
    @Nullable Item next = lengthy.poll();
    if (next != null) {
      if (advance(next)) {
        // Not to the end of its own queue: it may have become short.
        added.add(next);
      }
      flushes.run();
      if (next.repeats() || nanos.getAsLong() - lastShort < NEIGHBOURLY_NANOS) {
        offer.run();
      }
    }
  }

  /** Does all that is short, and what is long stays open. */
  void doShort() {
    // What is added meanwhile waits for the next turn: the loop looks for arrivals in between.
    boolean anyShort = false;
    for (int left = added.size(); left > 0; left--) {
      Item item = added.remove();
      if (!item.isShort()) {
        lengthy.add(item);
        continue;
      }
      anyShort = true;
      if (advance(item)) {
        added.add(item);
      }
    }
    flushes.run();
    if (anyShort) {
      lastShort = nanos.getAsLong();
    }
  }

  /** One that threw is done; an error that got out would end the loop. */
  private static boolean advance(Item item) {
    try {
      return item.advance();
    } catch (Throwable broken) {
      log.error("event=agenda_failed of={}", item.getClass().getName(), broken);
      return false;
    }
  }
}
