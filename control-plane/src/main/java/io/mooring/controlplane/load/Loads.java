package io.mooring.controlplane.load;

import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.Server;
import io.mooring.registry.v1.Load;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each server said of itself last, to whichever replica. Read from Redis when somebody asks;
 * while Redis is away, what was read last stands. Safe for all threads.
 */
public final class Loads {
  private static final Logger log = LoggerFactory.getLogger(Loads.class);

  /** Nobody needs it newer, and whoever asks for each of many servers reads it once. */
  private static final Duration FRESH = Duration.ofMillis(100);

  private final RegistryStore store;
  private Map<String, String> texts = Map.of();
  private long read = System.nanoTime() - FRESH.toNanos();

  public Loads(RegistryStore store) {
    this.store = store;
  }

  /** Empty before its first heartbeat. */
  public Optional<Load> of(Server server) {
    return Optional.ofNullable(texts().get(server.id())).map(LoadText::parse);
  }

  private synchronized Map<String, String> texts() {
    if (System.nanoTime() - read >= FRESH.toNanos()) {
      try {
        texts = store.loads();
      } catch (RegistryUnavailableException away) {
        log.debug("event=loads_not_read reason=\"{}\"", away.getMessage());
      }
      read = System.nanoTime();
    }
    return texts;
  }
}
