package io.mooring.controlplane.drain;

import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.registry.Drain;
import io.mooring.registry.Server;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.Load;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a replica has seen of one drain that has begun. Guarded by {@link Drains}. */
final class Track {
  /** How long a server may take to leave once its deadline has passed. */
  static final Duration OVERDUE_AFTER = Duration.ofSeconds(5);

  private final long begun;
  private final long revision;
  private final Map<String, Duration> acked = new HashMap<>();
  private Server server;
  private Load load = Load.getDefaultInstance();
  private @Nullable Phase end;

  /**
   * @param server that is DRAINING
   * @param begun when this replica saw that; monotonic nanoseconds
   */
  Track(Server server, long begun) {
    this.server = server;
    this.revision = server.revision();
    this.begun = begun;
  }

  /** As it was while it drained. */
  Server server() {
    return server;
  }

  Drain drain() {
    return server.drain().orElseThrow();
  }

  /** The Envoys that have acknowledged this revision know that the server leaves. */
  long revision() {
    return revision;
  }

  long begun() {
    return begun;
  }

  boolean isOf(Server other) {
    return Instance.same(server, other);
  }

  boolean isOver() {
    return end != null;
  }

  /** Takes the newest of the same instance; false if this drain has ended there. */
  boolean goesOn(Server now) {
    boolean same = now.drain().filter(drain -> drain.id().equals(drain().id())).isPresent();
    if (same) {
      server = now;
    }
    return same;
  }

  /**
   * Whether the server should have left by now; its own deadline begins at this replica's first
   * look or later.
   *
   * @param now monotonic nanoseconds
   */
  boolean isOverdue(long now) {
    Duration allowed = drain().spec().deadline().plus(OVERDUE_AFTER);
    return !isOver() && now - begun > allowed.toNanos();
  }

  void ended(Phase how) {
    end = how;
  }

  void heard(Load newest) {
    load = newest;
  }

  void saw(List<EnvoyReports.Seen> envoys, long now) {
    for (EnvoyReports.Seen envoy : envoys) {
      if (envoy.report().revision() >= revision) {
        acked.putIfAbsent(envoy.id(), Duration.ofNanos(now - begun));
      }
    }
  }

  Phase phase() {
    if (end != null) {
      return end;
    }
    if (!drain().released()) {
      return Phase.REFUSING;
    }
    return departures().filter(moved -> left(moved) == 0).isPresent()
        ? Phase.STRAGGLERS
        : Phase.MOVING;
  }

  Progress progress(String reason, List<EnvoyReports.Seen> envoys) {
    return new Progress(
        server.id(),
        drain().id(),
        phase(),
        reason,
        Optional.of(drain().spec()),
        shown(),
        envoys.stream().map(this::ack).toList(),
        isOver() ? Duration.ZERO : eta());
  }

  private Progress.Ack ack(EnvoyReports.Seen envoy) {
    return new Progress.Ack(
        envoy.id(),
        envoy.report().revision() >= revision,
        Optional.ofNullable(acked.get(envoy.id())));
  }

  private Duration eta() {
    long connections = Integer.toUnsignedLong(load.getConnections());
    return departures()
        .map(
            moved ->
                Pace.span(drain().spec(), Integer.toUnsignedLong(moved.getTotal()), left(moved)))
        .orElseGet(() -> Pace.span(drain().spec(), connections, connections));
  }

  /** A server that has left has no connections, whatever it had time to say. */
  private Load shown() {
    Load.Builder shown = load.toBuilder();
    if (departures().isEmpty()) {
      shown.clearDepartures();
    }
    if (end == Phase.DRAINED) {
      shown.setConnections(0);
      departures()
          .ifPresent(moved -> shown.setDepartures(moved.toBuilder().setGone(moved.getTotal())));
    }
    return shown.build();
  }

  /** A server that began by itself, because no registry answered, names no drain. */
  private Optional<Departures> departures() {
    return load.hasDepartures()
            && (load.getDepartures().getDrainId().isEmpty()
                || load.getDepartures().getDrainId().equals(drain().id()))
        ? Optional.of(load.getDepartures())
        : Optional.empty();
  }

  private static long left(Departures moved) {
    return Math.max(
        0, Integer.toUnsignedLong(moved.getTotal()) - Integer.toUnsignedLong(moved.getTold()));
  }
}
