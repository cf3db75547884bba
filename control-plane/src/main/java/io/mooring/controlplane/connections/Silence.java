package io.mooring.controlplane.connections;

import io.mooring.registry.Address;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which servers did not answer a moment ago: they are not waited for again at once, lest everybody
 * who asks waits for one that hangs. Safe for all threads.
 */
final class Silence {
  private static final Duration LASTS = Duration.ofSeconds(2);

  private final Map<Address, Long> since = new ConcurrentHashMap<>();

  void begin(Address address) {
    long now = System.nanoTime();
    since.values().removeIf(began -> now - began >= LASTS.toNanos());
    since.put(address, now);
  }

  boolean of(Address address) {
    Long began = since.get(address);
    return began != null && System.nanoTime() - began < LASTS.toNanos();
  }
}
