package io.mooring.controlplane.warming;

import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.probe.Probe;
import io.mooring.registry.Fence;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each new server from WARMING to ACTIVE: its port must answer, and the Envoys get a second
 * to acknowledge it. Nothing is correct only because of an acknowledgement; it saves the first
 * clients a retry.
 */
public final class Warming implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Warming.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final RegistryStore store;
  private final Supplier<Optional<Fence>> leading;
  private final EnvoyReports envoys;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private volatile RegistryView view = RegistryView.EMPTY;

  /**
   * @param leading present while this replica leads; without, nothing is done
   */
  public Warming(RegistryStore store, Supplier<Optional<Fence>> leading, EnvoyReports envoys) {
    this.store = store;
    this.leading = leading;
    this.envoys = envoys;
  }

  /** Takes a view that the Envoys are being told of already. Returns at once. */
  public void follow(RegistryView changed) {
    view = changed;
    for (Server server : changed.servers()) {
      String life = server.id() + "@" + server.generation();
      if (server.state() == ServerState.WARMING && running.add(life)) {
        threads.execute(() -> warm(server, life));
      }
    }
  }

  @Override
  public void close() {
    closing.countDown();
    threads.close();
  }

  private void warm(Server server, String life) {
    try {
      Duration pause = SHORTEST_PAUSE;
      boolean told = false;
      for (RegistryView now = view; isWarming(server, now); now = view) {
        if (leading.get().isPresent()) {
          told = probe(server, now, told);
        }
        if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                ? pause.multipliedBy(2)
                : LONGEST_PAUSE;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      running.remove(life);
    }
    follow(view);
  }

  private boolean probe(Server server, RegistryView now, boolean told) throws InterruptedException {
    Probe probe = Probe.of(server.address());
    if (probe == Probe.ANSWERED) {
      activate(server, now);
    } else if (!told) {
      log.warn(
          "event=warming_waits server={} address={} probe={} (its port has to answer)",
          server.id(),
          server.address(),
          probe);
      return true;
    }
    return told;
  }

  private void activate(Server server, RegistryView now) throws InterruptedException {
    try {
      List<String> laggards = envoys.await(server.revision(), closing);
      if (!laggards.isEmpty()) {
        log.warn(
            "event=warming_laggards server={} revision={} envoys={} (going on without them)",
            server.id(),
            server.revision(),
            laggards);
      }
      Optional<Fence> fence = leading.get();
      if (fence.isPresent()
          && store.transition(
              fence.get(),
              server.claim(now.incarnation()),
              ServerState.WARMING,
              ServerState.ACTIVE)) {
        log.info("event=active server={} generation={}", server.id(), server.generation());
      }
    } catch (RegistryUnavailableException away) {
      log.debug("event=warming_not_written server={} reason={}", server.id(), away.getMessage());
    }
  }

  private static boolean isWarming(Server server, RegistryView now) {
    Optional<Server> current = now.server(server.id());
    return current.isPresent()
        && current.get().state() == ServerState.WARMING
        && current.get().generation() == server.generation()
        && current.get().instanceUid().equals(server.instanceUid());
  }
}
