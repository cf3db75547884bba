package io.mooring.server.handshake;

import java.time.InstantSource;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Remembers which identity headers were used, for at least {@value #MEMORY_MILLIS} ms: longer than
 * any of them is valid. Only signed ones get here, so that nobody can fill it. Safe for use by many
 * threads.
 */
public final class Nonces {
  static final long MEMORY_MILLIS = 60_000;

  /** More than one, so that it shrinks again after a rush. */
  private static final int FORGOTTEN_PER_USE = 2;

  private record Use(String nonce, long at) {}

  private final InstantSource clock;

  /** The one place that decides who was first; it must never be looked at in two steps. */
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  /** The same, oldest first. */
  private final Queue<Use> uses = new ConcurrentLinkedQueue<>();

  public Nonces(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether this is the first use. */
  public boolean use(String nonce) {
    long now = clock.millis();
    forget(now);
    if (!used.add(nonce)) {
      return false;
    }
    uses.add(new Use(nonce, now));
    return true;
  }

  private void forget(long now) {
    for (int i = 0; i < FORGOTTEN_PER_USE; i++) {
      Use oldest = uses.peek();
      if (oldest == null || now - oldest.at <= MEMORY_MILLIS) {
        return;
      }
      // Of several threads that look at the same one, one takes it out.
      if (uses.remove(oldest)) {
        used.remove(oldest.nonce);
      }
    }
  }
}
