package io.mooring.client;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the clients of a process through to their servers a few at a time, in the order in which
 * they came. Thousands that come back at once would share the processor until all of them have
 * missed their deadlines, and begin anew. Whose handshake takes long while the processors have time
 * waits for the network, and holds nobody up. While they have none it waits for them, and one more
 * would make all of them later. Any thread.
 */
final class Turnstile {
  private static final Logger log = LoggerFactory.getLogger(Turnstile.class);

  /** So many for each processor keep it busy, where the network is quick. */
  static final int PLACES_OF_A_PROCESSOR = 8;

  /** So long a handshake has its place; then the next one begins beside it. */
  static final long MOST_MILLIS = 250;

  /** So long it has it while the processors are busy. */
  static final long BUSY_MILLIS = 1_000;

  private final Timers timers;
  private final Processors processors;
  private final int places;
  private final LinkedHashSet<Pass> waiting = new LinkedHashSet<>();
  private final Set<Pass> inside = new HashSet<>();

  Turnstile(Timers timers, Processors processors, int places) {
    this.timers = timers;
    this.processors = processors;
    this.places = places;
  }

  /** A client's turn. */
  final class Pass {
    private final Runnable begin;
    private volatile Timers.@Nullable Timer timer;

    private Pass(Runnable begin) {
      this.begin = begin;
    }

    private void admit() {
      timer = timers.after(MOST_MILLIS, this::overdue);
      try {
        begin.run();
      } catch (RuntimeException refused) {
        // Its executor is shut down; whose place it takes is another client, which goes on.
        log.error("event=client_refused", refused);
      }
    }

    /** It takes long: for want of time of the processors, or of the network? */
    private void overdue() {
      if (isWaitedFor() && processors.busy()) {
        timer = timers.after(BUSY_MILLIS - MOST_MILLIS, this::leave);
      } else {
        leave();
      }
    }

    /** It is through, or gives up. Does nothing the second time. */
    void leave() {
      Timers.Timer bound = timer;
      if (bound != null) {
        bound.cancel();
      }
      Pass next = successor(this);
      if (next != null) {
        next.admit();
      }
    }
  }

  /**
   * Runs {@code begin}, which must be short, when it is its turn, on any thread.
   *
   * @return to be left once the handshake is over, however it ended
   */
  Pass enter(Runnable begin) {
    Pass pass = new Pass(begin);
    if (findsPlace(pass)) {
      pass.admit();
    } else {
      processors.watch();
    }
    return pass;
  }

  private synchronized boolean findsPlace(Pass pass) {
    if (inside.size() == places) {
      waiting.add(pass);
      return false;
    }
    inside.add(pass);
    return true;
  }

  private synchronized boolean isWaitedFor() {
    return !waiting.isEmpty();
  }

  /** Who has the place of one that leaves; null if nobody does. */
  private synchronized @Nullable Pass successor(Pass leaving) {
    waiting.remove(leaving);
    if (!inside.remove(leaving) || waiting.isEmpty()) {
      return null;
    }
    Pass next = waiting.removeFirst();
    inside.add(next);
    return next;
  }
}
