package io.mooring.controlplane.drain;

import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.registry.Claim;
import io.mooring.registry.Drain;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Fence;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each drain to its next step while this replica leads: begins it where a request stands,
 * releases the moves when the Envoys had a second to acknowledge, ends it where the request was
 * taken back. It decides by what the registry holds and remembers nothing that matters, so that
 * another leader goes on at any step; a leader that was deposed is stopped by its fence.
 *
 * <p>What follows the release is the server's: it moves its clients, deregisters and ends.
 */
public final class DrainDriver implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DrainDriver.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How long a server may take to end after its deadline, before it is named. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

  /** What this leader does about one drain that has begun. */
  private static final class Care {
    final long revision;
    final long since = System.nanoTime();
    boolean releases;
    long released;
    boolean named;

    Care(long revision) {
      this.revision = revision;
    }

    long waited() {
      return System.nanoTime() - since;
    }

    /** Whether ACKs may release the moves before the time is up. */
    boolean isAwaited() {
      return !releases && waited() < EnvoyReports.PATIENCE.toNanos();
    }
  }

  private final RegistryStore store;
  private final RegistryFollower follower;
  private final Supplier<Optional<Fence>> leading;
  private final EnvoyReports envoys;
  private final Drains drains;
  private final Thread thread;

  /** By the drain's id. */
  private final Map<String, Care> cares = new HashMap<>();

  /** Server's id → text that was refused, so that each is refused once. */
  private final Map<String, String> refused = new HashMap<>();

  private Optional<Fence> acting = Optional.empty();
  private boolean away;
  private volatile boolean closing;

  /**
   * @param leading present while this replica leads; without, nothing is done
   */
  public DrainDriver(
      RegistryStore store,
      RegistryFollower follower,
      Supplier<Optional<Fence>> leading,
      EnvoyReports envoys,
      Drains drains) {
    this.store = store;
    this.follower = follower;
    this.leading = leading;
    this.envoys = envoys;
    this.drains = drains;
    this.thread = Thread.ofPlatform().daemon().name("drains").unstarted(this::run);
  }

  public DrainDriver start() {
    thread.start();
    return this;
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_LIMIT);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing) {
        drains.awaitNews(pass());
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does what can be done now; returns how long to wait until the next time without news. */
  Duration pass() {
    try {
      if (follower.synced()) {
        drains.observe();
        lead();
      }
      away = false;
    } catch (RegistryUnavailableException unavailable) {
      if (!away && !closing) {
        log.warn(
            "event=drains_not_read reason=\"{}\" (they go on as they are)",
            unavailable.getMessage());
      }
      away = true;
    } catch (RuntimeException failed) {
      log.error("event=drains_failed", failed);
      return LOOK;
    }
    return !away && awaitsAcks() ? EnvoyReports.LOOK_AGAIN : LOOK;
  }

  private boolean awaitsAcks() {
    return cares.values().stream().anyMatch(Care::isAwaited) || drains.watchesClosely();
  }

  private void lead() {
    Optional<Fence> fence = leading.get();
    if (!fence.equals(acting)) {
      acting = fence;
      cares.clear();
      refused.clear();
    }
    if (fence.isEmpty()) {
      return;
    }
    envoys.forgetTheOld();
    RegistryView view = follower.view();
    // Of these the registry does not hold what the view does; they are restored first.
    Set<String> kept = follower.kept();
    Map<String, String> requests = store.drainRequests(view.byId().keySet());
    forgive(requests.keySet());
    cares
        .keySet()
        .retainAll(
            view.servers().stream()
                .flatMap(server -> server.drain().map(Drain::id).stream())
                .collect(Collectors.toSet()));
    for (Server server : view.servers()) {
      if (!kept.contains(server.id())) {
        step(
            fence.get(),
            server,
            server.claim(view.incarnation()),
            Optional.ofNullable(requests.get(server.id())));
      }
    }
  }

  private void step(Fence fence, Server server, Claim claim, Optional<String> request) {
    Optional<Drain> drain = server.drain();
    if (drain.isPresent() && request.isEmpty()) {
      end(fence, claim, drain.get());
      return;
    }
    Optional<DrainSpec> spec = request.flatMap(text -> read(server, text));
    // Each time: somebody may have changed the state by hand, which the view does not show.
    spec.ifPresent(asked -> begin(fence, claim, asked, drain));
    if (drain.isPresent()) {
      Care care = cares.computeIfAbsent(drain.get().id(), id -> new Care(server.revision()));
      if (drain.get().released()) {
        nameIfOverdue(server, drain.get(), care);
      } else if (!care.releases) {
        release(fence, claim, drain.get(), care);
      }
    }
  }

  /** The spec of a request; one that cannot be read is refused once, and then waits. */
  private Optional<DrainSpec> read(Server server, String text) {
    try {
      DrainSpec spec = DrainSpec.parse(text);
      refused.remove(server.id());
      return Optional.of(spec);
    } catch (IllegalArgumentException unreadable) {
      if (!text.equals(refused.put(server.id(), text))) {
        String reason = String.valueOf(unreadable.getMessage());
        store.refuseDrain(server.id(), text, reason);
        log.warn("event=drain_refused server={} reason=\"{}\"", server.id(), reason);
      }
      return Optional.empty();
    }
  }

  /** Somebody has taken back what was refused. */
  private void forgive(Set<String> requested) {
    for (String serverId : List.copyOf(refused.keySet())) {
      if (!requested.contains(serverId)) {
        store.forgiveDrain(serverId);
        refused.remove(serverId);
      }
    }
  }

  private void begin(Fence fence, Claim claim, DrainSpec spec, Optional<Drain> running) {
    if (store.beginDrain(fence, claim, spec)) {
      log.info(
          "event={} server={} generation={} {}",
          running.isPresent() && !running.get().spec().equals(spec)
              ? "drain_changed"
              : "drain_begun",
          claim.serverId(),
          claim.generation(),
          spec);
    }
  }

  private void release(Fence fence, Claim claim, Drain drain, Care care) {
    List<String> laggards = envoys.behind(care.revision);
    long waited = care.waited();
    if (!laggards.isEmpty() && waited < EnvoyReports.PATIENCE.toNanos()) {
      return;
    }
    care.releases = store.releaseMoves(fence, claim, drain.id());
    if (care.releases) {
      log.info(
          "event=drain_released server={} drain={} waited_ms={} laggards={}",
          claim.serverId(),
          drain.id(),
          Duration.ofNanos(waited).toMillis(),
          laggards);
    }
  }

  private void end(Fence fence, Claim claim, Drain drain) {
    if (store.endDrain(fence, claim)) {
      log.info("event=drain_cancelled server={} drain={}", claim.serverId(), drain.id());
    }
  }

  /** The deadline is the server's to keep, and it counts from when the server heard of it. */
  private void nameIfOverdue(Server server, Drain drain, Care care) {
    long now = System.nanoTime();
    if (care.released == 0) {
      care.released = now;
      care.releases = true;
    }
    Duration since = Duration.ofNanos(now - care.released);
    if (!care.named && since.compareTo(drain.spec().deadline().plus(Track.OVERDUE_AFTER)) > 0) {
      care.named = true;
      log.warn(
          "event=drain_overdue server={} drain={} deadline={} (it has not left; its process may hang)",
          server.id(),
          drain.id(),
          drain.spec().deadline());
    }
  }
}
