package io.mooring.controlplane.lease;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.controlplane.lease.Leases.Lapse;
import io.mooring.controlplane.rounds.Rounds;
import io.mooring.registry.Fence;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the renewal counters each second and takes out servers whose lease has ended: first
 * suspect, which ends new placements, then gone, unless so many end at once that removals freeze.
 * Also writes the memory back into a registry that came back without it. Every replica polls; only
 * the leader takes out, and gives each lease a full TTL when it has begun to lead.
 */
public final class Reaper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reaper.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration POLL_WHEN_FROZEN = Duration.ofMillis(250);
  private static final Duration POLL_WHEN_AWAY = Duration.ofMillis(200);

  /** The first poll of a new leader begins every lease anew, and should not be awaited. */
  private static final Duration POLL_WHEN_FOLLOWING = Duration.ofMillis(250);

  /** Polls further apart than this say that this process stood still, and heard of nothing. */
  private static final Duration LONGEST_SILENCE = POLL.multipliedBy(3);

  private final RegistryStore store;
  private final RegistryFollower follower;
  private final Supplier<Optional<Fence>> leading;
  private final LongSupplier ticks;
  private final Restoration restoration;
  private final Leases leases;
  private final Preservation preservation;
  private final Suspects suspects = new Suspects();
  private final Counter lapsed;
  private final Counter expired;
  private final Rounds rounds;

  private Optional<Fence> acting = Optional.empty();
  private boolean away;
  private long lastAnswered;
  private volatile boolean frozen;
  private volatile Map<String, Long> renewed = Map.of();

  /**
   * @param leading present while this replica leads; without, nothing is taken out
   */
  public Reaper(
      RegistryStore store,
      RegistryFollower follower,
      Supplier<Optional<Fence>> leading,
      Duration ttl,
      MeterRegistry meters) {
    this(store, follower, leading, ttl, meters, System::nanoTime);
  }

  /**
   * @param ticks monotonic nanoseconds
   */
  Reaper(
      RegistryStore store,
      RegistryFollower follower,
      Supplier<Optional<Fence>> leading,
      Duration ttl,
      MeterRegistry meters,
      LongSupplier ticks) {
    this.store = store;
    this.follower = follower;
    this.leading = leading;
    this.restoration = new Restoration(store, ttl);
    this.ticks = ticks;
    this.leases = new Leases(ttl);
    this.preservation = new Preservation(ttl);
    this.lapsed = count("mooring.leases.lapsed", "Servers made suspect by this replica", meters);
    this.expired = count("mooring.leases.expired", "Servers removed by this replica", meters);
    meters.gauge("mooring.leases", this, reaper -> reaper.renewed.size());
    meters.gauge("mooring.removals.frozen", this, reaper -> reaper.frozen ? 1 : 0);
    this.rounds = new Rounds("reaper", this::pass);
  }

  private static Counter count(String name, String description, MeterRegistry meters) {
    return Counter.builder(name).description(description).register(meters);
  }

  public Reaper start() {
    rounds.start();
    return this;
  }

  /** Milliseconds since this process saw the server's lease renewed; empty before it has. */
  public OptionalLong ageMillis(String serverId) {
    Long seen = renewed.get(serverId);
    return seen == null
        ? OptionalLong.empty()
        : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(ticks.getAsLong() - seen));
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** Polls once and does what follows from it; returns how long to wait until the next time. */
  Duration pass() {
    try {
      if (follower.synced()) {
        lead();
        restore();
        poll();
      }
      away = false;
    } catch (RegistryUnavailableException unavailable) {
      leases.interrupt();
      if (!away) {
        log.warn(
            "event=leases_not_read reason=\"{}\" (no lease ends meanwhile)",
            unavailable.getMessage());
      }
      away = true;
    } catch (RuntimeException failed) {
      leases.interrupt();
      log.error("event=reaper_failed", failed);
    }
    if (away) {
      return POLL_WHEN_AWAY;
    }
    if (acting.isEmpty()) {
      return POLL_WHEN_FOLLOWING;
    }
    return frozen ? POLL_WHEN_FROZEN : untilNext();
  }

  /** No later than the next lease ends, so that a dead server does not wait for the next poll. */
  private Duration untilNext() {
    Duration next =
        Duration.ofNanos(leases.untilNextDeadline(ticks.getAsLong()).orElse(Long.MAX_VALUE / 2))
            .plusMillis(1);
    return next.compareTo(POLL) < 0 ? next : POLL;
  }

  private void lead() {
    Optional<Fence> now = leading.get();
    if (!now.equals(acting)) {
      acting = now;
      leases.interrupt();
    }
  }

  private void restore() {
    if (restoration.pass(
        ticks.getAsLong(), acting, follower.view(), follower.kept(), follower.history())) {
      leases.interrupt();
    }
  }

  private void poll() {
    long asked = ticks.getAsLong();
    if (asked - lastAnswered > LONGEST_SILENCE.toNanos()) {
      leases.interrupt();
    }
    Map<String, String> counters = store.beats();
    long answered = ticks.getAsLong();
    lastAnswered = answered;
    RegistryView view = follower.view();
    List<Lapse> lapses = leases.polled(asked, answered, view, counters);
    renewed = leases.renewed();
    if (acting.isPresent()) {
      act(acting.get(), answered, lapses, view);
    } else {
      freeze(false, lapses);
      suspects.clear();
    }
  }

  private void act(Fence fence, long now, List<Lapse> lapses, RegistryView view) {
    for (Lapse lapse : lapses) {
      suspect(fence, lapse, view);
    }
    freeze(preservation.frozen(now, lapses, leases.size()), lapses);
    if (frozen && store.takeFreezeLifted()) {
      preservation.lift();
      lapses.forEach(lapse -> remove(fence, lapse, view, "an operator lifted the freeze"));
    } else if (frozen) {
      suspects
          .probe(view, lapses)
          .forEach(dead -> remove(fence, dead, view, "refused while others answer"));
    } else {
      suspects.clear();
      lapses.forEach(lapse -> remove(fence, lapse, view, "lease ended"));
    }
  }

  private void suspect(Fence fence, Lapse lapse, RegistryView view) {
    Server server = lapse.server();
    if (!server.suspect()
        && store.suspect(fence, server.claim(view.incarnation()), lapse.counter())) {
      lapsed.increment();
      log.warn("event=suspect server={} generation={}", server.id(), server.generation());
    }
  }

  private void remove(Fence fence, Lapse lapse, RegistryView view, String reason) {
    Server server = lapse.server();
    if (store.expire(fence, server.claim(view.incarnation()), lapse.counter())) {
      expired.increment();
      log.warn(
          "event=expired server={} generation={} reason=\"{}\"",
          server.id(),
          server.generation(),
          reason);
    }
  }

  private void freeze(boolean now, List<Lapse> lapses) {
    if (now && !frozen) {
      store.takeFreezeLifted();
      log.error(
          "event=removals_frozen suspects={} of={} (too many leases ended at once; probing them. Are"
              + " they dead? HSET {mooring}:meta freeze lifted)",
          lapses.stream().map(Lapse::life).toList(),
          leases.size());
    } else if (!now && frozen) {
      log.info("event=removals_unfrozen");
    }
    frozen = now;
  }
}
