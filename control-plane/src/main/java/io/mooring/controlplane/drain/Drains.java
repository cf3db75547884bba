package io.mooring.controlplane.drain;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.load.LoadText;
import io.mooring.controlplane.load.Loads;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Gone;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.v1.Load;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drains, as every replica sees them, whoever leads: how far each is, and how those ended that
 * are over. Safe for all threads; what waits for Redis says so, and throws {@link
 * RegistryUnavailableException} if it does not answer.
 */
public final class Drains {
  private static final Logger log = LoggerFactory.getLogger(Drains.class);

  /** How many drains that are over are remembered. */
  private static final int REMEMBERED = 1_000;

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final RegistryStore store;
  private final EnvoyReports envoys;
  private final Loads loads;
  private final Semaphore news = new Semaphore(0);

  /** By the server's id, the drain that began first at the front. */
  private final Map<String, Track> tracks = new LinkedHashMap<>();

  private RegistryView view = RegistryView.EMPTY;

  public Drains(RegistryStore store, EnvoyReports envoys, Loads loads, MeterRegistry meters) {
    this.store = store;
    this.envoys = envoys;
    this.loads = loads;
    for (Phase phase : EnumSet.of(Phase.REFUSING, Phase.MOVING, Phase.STRAGGLERS)) {
      Gauge.builder("mooring.drains", this, drains -> drains.count(phase))
          .description("Servers whose clients are being moved away")
          .tag("phase", phase.name())
          .register(meters);
    }
  }

  /** Takes the newest view. Returns at once. */
  public void follow(RegistryView changed) {
    synchronized (this) {
      view = changed;
      tracks.values().stream().filter(track -> !track.isOver()).forEach(this::follow);
      changed.servers().forEach(this::track);
      forgetTheEldest();
    }
    news.release();
  }

  private void follow(Track track) {
    Optional<Server> now = instance(track);
    if (now.isPresent() && !track.goesOn(now.get())) {
      end(track, Phase.CANCELLED);
    }
  }

  private void track(Server server) {
    Track track = tracks.get(server.id());
    if (server.state() == ServerState.DRAINING && (track == null || track.isOver())) {
      tracks.remove(server.id());
      tracks.put(server.id(), new Track(server, System.nanoTime()));
    }
  }

  /** As it is now; empty if it has left, whoever has its id. */
  private Optional<Server> instance(Track track) {
    return view.server(track.server().id()).filter(track::isOf);
  }

  /**
   * Asks for a drain of a server, or for another rate and deadline of the one that runs; waits for
   * Redis.
   *
   * @return false when no such server lives
   */
  public boolean request(String serverId, DrainSpec spec) {
    boolean written = store.requestDrain(serverId, spec);
    news.release();
    return written;
  }

  /**
   * Asks that the server takes new clients again; waits for Redis.
   *
   * @return false when nobody had asked for a drain
   */
  public boolean withdraw(String serverId) {
    boolean written = store.withdrawDrain(serverId);
    news.release();
    return written;
  }

  /**
   * How far the newest drain of this id is; waits for Redis if none is under way.
   *
   * @return empty if none is known
   */
  public Optional<Progress> latest(String serverId) {
    Optional<Server> now = server(serverId);
    if (now.isPresent()
        && (now.get().state() == ServerState.DRAINING || request(now.get()).isPresent())) {
      return now.map(this::of);
    }
    Optional<Server> drained = track(serverId).map(Track::server);
    return drained.map(this::of);
  }

  /**
   * How far the drain is that was asked for this instance; waits for Redis, unless the drain is
   * under way.
   */
  public Progress of(Server instance) {
    Optional<Server> now = server(instance.id()).filter(server -> Instance.same(server, instance));
    if (now.isPresent() && now.get().state() != ServerState.DRAINING) {
      Optional<String> request = request(now.get());
      if (request.isPresent()) {
        return requested(now.get(), request.get());
      }
      // The view may lag: a server that has deregistered took its request along.
      Optional<Gone> left = left(instance);
      if (left.isPresent()) {
        return over(instance, phase(left));
      }
    }
    Optional<Track> track = track(instance.id()).filter(known -> known.isOf(instance));
    if (track.isPresent()) {
      resolve(track.get());
      return progress(track.get());
    }
    return over(instance, now.isPresent() ? Phase.CANCELLED : phase(left(instance)));
  }

  /**
   * Waits until the drain of this instance is over, at most for as long as a leader takes that does
   * its work; then says how far it is.
   */
  public Progress awaitEnd(Server instance) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Progress progress = of(instance);
    while (!progress.phase().over() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      progress = of(instance);
    }
    return progress;
  }

  /** Why each request for a drain was refused that was, by server_id; none while Redis is away. */
  public Map<String, String> refusals() {
    Set<String> ids;
    synchronized (this) {
      ids = view.byId().keySet();
    }
    try {
      return store.drainErrors(ids);
    } catch (RegistryUnavailableException away) {
      log.debug("event=drain_errors_not_read reason=\"{}\"", away.getMessage());
      return Map.of();
    }
  }

  /** What a drain with this spec would do now; waits for Redis. */
  public DrainPlan plan(Server server, DrainSpec spec) {
    long connections =
        loads.of(server).map(load -> Integer.toUnsignedLong(load.getConnections())).orElse(0L);
    RegistryView now;
    synchronized (this) {
      now = view;
    }
    return DrainPlan.of(server, spec, connections, now);
  }

  /**
   * Looks at what changes without a revision: loads, ACKs, and how those servers left that are
   * gone. Waits for Redis.
   */
  void observe() {
    envoys.read();
    for (Track track : living()) {
      resolve(track);
      Optional<Load> load = loads.of(track.server());
      synchronized (this) {
        if (!track.isOver()) {
          load.ifPresent(track::heard);
          track.saw(envoys.connected(), System.nanoTime());
        }
      }
    }
  }

  /** Whether ACKs are expected at any moment. */
  boolean watchesClosely() {
    long now = System.nanoTime();
    return living().stream()
        .anyMatch(
            track ->
                now - track.begun() < EnvoyReports.PATIENCE.toNanos()
                    && !envoys.behind(track.revision()).isEmpty());
  }

  /** Waits until there is a new view or a new request, or for this long. */
  void awaitNews(Duration atMost) throws InterruptedException {
    if (news.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      news.drainPermits();
    }
  }

  private synchronized Optional<Server> server(String id) {
    return view.server(id);
  }

  private synchronized Optional<Track> track(String serverId) {
    return Optional.ofNullable(tracks.get(serverId));
  }

  private synchronized List<Track> living() {
    return tracks.values().stream().filter(track -> !track.isOver()).toList();
  }

  private synchronized long count(Phase phase) {
    return tracks.values().stream().filter(track -> track.phase() == phase).count();
  }

  private Optional<String> request(Server server) {
    return Optional.ofNullable(store.drainRequests(List.of(server.id())).get(server.id()));
  }

  private Progress requested(Server server, String text) {
    Load load = loads.of(server).orElse(Load.getDefaultInstance());
    long connections = Integer.toUnsignedLong(load.getConnections());
    try {
      DrainSpec spec = DrainSpec.parse(text);
      return new Progress(
          server.id(),
          "",
          Phase.REQUESTED,
          "",
          Optional.of(spec),
          load,
          List.of(),
          Pace.span(spec, connections, connections));
    } catch (IllegalArgumentException unreadable) {
      return new Progress(
          server.id(),
          "",
          Phase.REJECTED,
          String.valueOf(unreadable.getMessage()),
          Optional.empty(),
          load,
          List.of(),
          Duration.ZERO);
    }
  }

  private Progress progress(Track track) {
    Optional<Load> load = loads.of(track.server());
    String reason = remark(track);
    synchronized (this) {
      if (!track.isOver()) {
        load.ifPresent(track::heard);
      }
      return track.progress(reason, envoys.connected());
    }
  }

  /** Why a change of a drain that runs was refused, or that it is overdue; "" for neither. */
  private String remark(Track track) {
    String refusal = refusal(track);
    return refusal.isEmpty() && track.isOverdue(System.nanoTime())
        ? "it has not left "
            + Track.OVERDUE_AFTER.toSeconds()
            + " s after its deadline: its process may hang"
        : refusal;
  }

  /** "" if none was, or that cannot be read now. */
  private String refusal(Track track) {
    try {
      return track.isOver() ? "" : store.drainError(track.server().id()).orElse("");
    } catch (RegistryUnavailableException away) {
      return "";
    }
  }

  private static Progress over(Server server, Phase phase) {
    return new Progress(
        server.id(),
        "",
        phase,
        "",
        Optional.empty(),
        Load.getDefaultInstance(),
        List.of(),
        Duration.ZERO);
  }

  /**
   * Asks how an instance left that the view does not have any more; the next one may drain already.
   */
  private void resolve(Track track) {
    boolean left;
    synchronized (this) {
      left = !track.isOver() && instance(track).isEmpty();
    }
    if (left) {
      Optional<Gone> how = left(track.server());
      synchronized (this) {
        if (!track.isOver()) {
          how.map(Gone::load)
              .filter(load -> !load.isEmpty())
              .map(LoadText::parse)
              .ifPresent(track::heard);
          end(track, phase(how));
          view.server(track.server().id()).ifPresent(this::track);
        }
      }
    }
  }

  /** Empty if that instance has not left, or is forgotten. */
  private Optional<Gone> left(Server instance) {
    return store.gone(instance.id()).filter(gone -> gone.generation() == instance.generation());
  }

  private static Phase phase(Optional<Gone> left) {
    return left.filter(Gone::deregistered).isPresent() ? Phase.DRAINED : Phase.LOST;
  }

  private void end(Track track, Phase how) {
    track.ended(how);
    log.info(
        "event=drain_over server={} drain={} phase={}",
        track.server().id(),
        track.drain().id(),
        how);
  }

  private void forgetTheEldest() {
    List<String> over =
        tracks.values().stream().filter(Track::isOver).map(track -> track.server().id()).toList();
    over.stream().limit(Math.max(0, over.size() - REMEMBERED)).forEach(tracks::remove);
  }
}
