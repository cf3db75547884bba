package io.mooring.server.handshake;

import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which identity headers were used, for at least {@value #MEMORY_MILLIS} ms: longer than
 * any of them is valid. Only signed ones get here, so that nobody can fill it. Safe for use by many
 * threads.
 */
public final class Nonces {
  static final long MEMORY_MILLIS = 60_000;

  private final InstantSource clock;
  private volatile Generation current;
  private volatile Set<String> previous = Set.of();

  private record Generation(long since, Set<String> used) {}

  public Nonces(InstantSource clock) {
    this.clock = clock;
    this.current = new Generation(clock.millis(), ConcurrentHashMap.newKeySet());
  }

  /** Whether this is the first use. */
  public boolean use(String nonce) {
    turn();
    return !previous.contains(nonce) && current.used.add(nonce);
  }

  private void turn() {
    long now = clock.millis();
    if (now - current.since >= MEMORY_MILLIS) {
      synchronized (this) {
        if (now - current.since >= MEMORY_MILLIS) {
          previous = current.used;
          current = new Generation(now, ConcurrentHashMap.newKeySet());
        }
      }
    }
  }
}
