package io.mooring.controlplane.registration;

import io.mooring.controlplane.rounds.Rounds;
import io.mooring.registry.RegistryView;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.ServerCommand;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the servers are told of each other: the view as it stands, looked at ten times a second, so
 * that no crowd of changes becomes a crowd of commands. Until a lease's time has passed since the
 * first view, nobody is told that a server has left: a registry that has lost something knows again
 * of every server that lives only after that.
 */
final class FleetNews implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FleetNews.class);

  /** From one command to the next, for each server. */
  static final Duration PAUSE = Duration.ofMillis(100);

  private final Supplier<RegistryView> view;
  private final long ttl;
  private final Runnable changed;
  private final LongSupplier ticks;
  private final Rounds rounds;

  private RegistryView seen = RegistryView.EMPTY;
  private OptionalLong since = OptionalLong.empty();
  private Fleet fleet = Fleet.getDefaultInstance();
  private volatile Optional<ServerCommand> newest = Optional.empty();

  /**
   * @param ttl of a lease
   * @param changed called after {@link #newest} has something else to say, on a thread of this
   *     class
   */
  FleetNews(Supplier<RegistryView> view, Duration ttl, Runnable changed) {
    this(view, ttl, changed, System::nanoTime);
  }

  /**
   * @param ticks monotonic nanoseconds
   */
  FleetNews(Supplier<RegistryView> view, Duration ttl, Runnable changed, LongSupplier ticks) {
    this.view = view;
    this.ttl = ttl.toNanos();
    this.changed = changed;
    this.ticks = ticks;
    this.rounds = new Rounds("fleet-news", this::round);
  }

  void start() {
    rounds.start();
  }

  /** The same command until there is news; empty before the registry has begun. */
  Optional<ServerCommand> newest() {
    return newest;
  }

  @Override
  public void close() {
    rounds.close();
  }

  /** Looks once; returns how long to wait until the next time. */
  Duration round() {
    try {
      look(view.get());
    } catch (RuntimeException failed) {
      log.error("event=fleet_news_failed", failed);
    }
    return PAUSE;
  }

  private void look(RegistryView now) {
    if (now.incarnation().isEmpty()) {
      return;
    }
    if (since.isEmpty()) {
      since = OptionalLong.of(ticks.getAsLong());
    }
    boolean complete = ticks.getAsLong() - since.getAsLong() >= ttl;
    if (now.equals(seen) && complete == fleet.getComplete()) {
      return;
    }
    seen = now;
    Fleet next = Commands.fleet(now, complete);
    if (!saysTheSame(next, fleet)) {
      fleet = next;
      newest = Optional.of(ServerCommand.newBuilder().setFleet(next).build());
      changed.run();
    }
  }

  /** A revision may tell of a weight, or of a step of a drain. */
  private static boolean saysTheSame(Fleet one, Fleet other) {
    return one.getComplete() == other.getComplete()
        && one.getIncarnation().equals(other.getIncarnation())
        && one.getServersList().equals(other.getServersList())
        && one.getDepartedList().equals(other.getDepartedList());
  }
}
