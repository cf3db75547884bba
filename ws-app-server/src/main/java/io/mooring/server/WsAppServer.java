package io.mooring.server;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mooring.process.Departing;
import io.mooring.process.Endpoints;
import io.mooring.process.Program;
import io.mooring.process.StartException;
import io.mooring.registry.v1.Load;
import io.mooring.server.access.Authorizer;
import io.mooring.server.access.Namespaces;
import io.mooring.server.api.Api;
import io.mooring.server.api.Callers;
import io.mooring.server.api.Fleet;
import io.mooring.server.broker.Backbone;
import io.mooring.server.broker.Broker;
import io.mooring.server.channel.Hub;
import io.mooring.server.channel.ReplayMemory;
import io.mooring.server.connection.Connections;
import io.mooring.server.connection.Environment;
import io.mooring.server.connection.Queues;
import io.mooring.server.connection.Roster;
import io.mooring.server.drain.Drain;
import io.mooring.server.fleet.FleetDeaths;
import io.mooring.server.fleet.FleetMemory;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.handshake.Gate;
import io.mooring.server.handshake.Nonces;
import io.mooring.server.handshake.Port;
import io.mooring.server.loop.Loops;
import io.mooring.server.presence.Attendance;
import io.mooring.server.presence.Audiences;
import io.mooring.server.presence.Holder;
import io.mooring.server.presence.Rooms;
import io.mooring.server.protocol.JsonDialect;
import io.mooring.server.registration.Membership;
import io.mooring.server.registration.Order;
import io.mooring.server.registration.Registrant;
import io.mooring.server.registration.Registration;
import io.mooring.server.renewal.Renewals;
import io.mooring.server.traffic.MeasuredBroker;
import io.mooring.server.traffic.Traffic;
import io.mooring.token.ApiKeys;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.JwksFile;
import io.mooring.token.KeyFileException;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenVerifier;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process that holds the sockets. A connection's way: {@link Port}, {@link Gate}, {@link
 * io.mooring.server.connection.Connection}. A message's: connection, {@link Broker}, {@link Hub},
 * connections.
 */
public final class WsAppServer implements Departing {
  private static final long LAST_WORDS_MILLIS = 1_500;
  private static final Duration QUEUES_PATIENCE = Duration.ofMillis(500);

  private final ServerConfig config;
  private final InstantSource clock = InstantSource.system();
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Traffic traffic = new Traffic(meters);
  private final Loops loops;
  private final Backbone backbone;
  private final Hub hub;
  private final Connections connections;
  private final Renewals renewals;
  private final Queues queues;
  private final Drain drain;
  private final FleetMemory fleet = new FleetMemory();
  private final FleetDeaths deaths;
  private final Attendance attendance;
  private final Audiences audiences;
  private final Rooms rooms;
  private final Port port;
  private final Endpoints endpoints;
  private volatile Optional<Registration> registration = Optional.empty();

  /** Empty, so that nobody is let in, before the port is known. */
  private volatile String apiBase = "";

  WsAppServer(ServerConfig config) {
    this.config = config;
    int processors = Runtime.getRuntime().availableProcessors();
    loops = new Loops(config.loops() == 0 ? processors : config.loops());
    deaths =
        new FleetDeaths(
            fleet,
            config.resume(),
            (delay, task) ->
                loops.strand(0).schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS));
    Backbone unmeasured =
        switch (config.broker()) {
          case REDIS -> redis(config.redis().url(), traffic, deaths);
          case MEMORY -> Backbone.memory(loops);
        };
    backbone = unmeasured.through(broker -> new MeasuredBroker(broker, traffic));
    JsonDialect dialect = new JsonDialect();
    Namespaces namespaces = new Namespaces(config.namespaces());
    hub =
        new Hub(
            loops,
            backbone.history(),
            backbone.broker(),
            () -> backbone.unavailableBecause().isPresent(),
            namespaces::retention,
            dialect,
            namespaces::compress,
            namespaces::conflate,
            ReplayMemory.ofProcess(),
            traffic);
    attendance =
        new Attendance(
            loops, backbone.presence(), this::holder, config.resume(), config.userPresence());
    rooms = new Rooms(loops, backbone.presence());
    audiences = new Audiences(loops, rooms, dialect);
    connections = new Connections(config.limits().connections());
    TokenVerifier tokenVerifier = tokenVerifier(config.token(), clock);
    renewals = new Renewals(tokenVerifier);
    queues = new Queues(connections, QUEUES_PATIENCE);
    drain = new Drain(connections, hub::silence);
    Authorizer authorizer = new Authorizer(namespaces);
    Environment environment =
        Environment.of(
            dialect,
            config.terms(),
            config.limits().replayStall().toMillis(),
            hub,
            backbone.broker(),
            attendance,
            audiences,
            namespaces,
            authorizer,
            renewals,
            connections,
            traffic,
            clock);
    IdentityVerifier verifier =
        new IdentityVerifier(masterKeys(config.keys()), config.service(), clock);
    Gate gate =
        new Gate(
            config.name(),
            environment,
            verifier,
            clock,
            this::membership,
            config.handshakeDeadline());
    port =
        new Port(
            config.websocket().address(),
            loops,
            config.headTimeout(),
            (int) config.limits().queue().bytes(),
            gate,
            namespaces.compress(),
            traffic::handshake);
    Callers callers =
        new Callers(verifier, new Nonces(clock), tokenVerifier, apiKeys(config.apiKeys()));
    Api api =
        new Api(
            callers,
            authorizer,
            namespaces,
            backbone,
            hub,
            audiences,
            config.userPresence(),
            (int) config.limits().message().bytes(),
            new Fleet(verifier, new Nonces(clock), () -> apiBase),
            new Roster(connections));
    endpoints = new Endpoints(config.http().address(), this::notReadyBecause, meters, api::route);
  }

  public static void main(String[] arguments) {
    Program.run(
        "ws-app-server", ServerConfig.class, arguments, config -> new WsAppServer(config).start());
  }

  /**
   * @throws StartException with what is in the way; then nothing is left running
   */
  WsAppServer start() {
    try {
      begin();
      return this;
    } catch (StartException refused) {
      close();
      throw refused;
    }
  }

  private void begin() {
    traffic.watch(connections::count, hub::channels, loops::lagMicros);
    traffic.watchQueues(() -> queues.depth().sum(), () -> queues.depth().worst());
    traffic.watchLog(() -> backbone.unavailableBecause().isEmpty());
    drain.watch(meters);
    fleet.watch(meters);
    attendance.watch(meters);
    audiences.watch(meters);
    loops.start();
    backbone.start(hub);
    hub.start();
    attendance.start();
    rooms.start();
    deaths.onChange(this::fleetChanged);
    port.start();
    endpoints.start();
    Registrant registrant = registrant();
    apiBase = "http://" + registrant.apiAddress();
    Registration registering =
        new Registration(
            registrant,
            config.registry().addresses(),
            config.registry().token(),
            this::load,
            drain,
            fleet::told);
    registration = Optional.of(registering);
    registering.start();
  }

  /** Refuses new clients from now on, and has those that are here moved away. */
  @Override
  public void depart() {
    Order own = config.drain().order();
    CompletableFuture<Void> answered =
        registration
            .map(leaving -> leaving.depart(own))
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    drain.depart(own, answered);
  }

  @Override
  public CompletableFuture<Void> departed() {
    return drain.finished();
  }

  /** Leaves the registry, closes the sockets that are still here, and ends. */
  @Override
  public void close() {
    CompletableFuture<Void> left =
        registration
            .map(Registration::leave)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    CompletableFuture.allOf(left, connections.closeAll(CloseCode.DRAIN))
        .completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
        .join();
    registration.ifPresent(Registration::close);
    drain.close();
    port.close();
    renewals.close();
    backbone.close();
    loops.close();
    endpoints.close();
    meters.close();
  }

  private static MasterKeys masterKeys(Path file) {
    try {
      return MasterKeys.read(file);
    } catch (KeyFileException unusable) {
      throw new StartException(
          unusable.getMessage() + "; set keys to the master key file of the fleet", unusable);
    }
  }

  private static TokenVerifier tokenVerifier(ServerConfig.Token token, InstantSource clock) {
    try {
      return new TokenVerifier(new JwksFile(token.jwks()), token.issuer(), token.audience(), clock);
    } catch (KeyFileException unusable) {
      throw new StartException(
          unusable.getMessage() + "; set token.jwks to the key set of the auth-filters", unusable);
    }
  }

  private static ApiKeys apiKeys(Path file) {
    try {
      return file.toString().isEmpty() ? ApiKeys.NONE : ApiKeys.read(file);
    } catch (KeyFileException unusable) {
      throw new StartException(
          unusable.getMessage() + "; correct api-keys, or leave it empty", unusable);
    }
  }

  private static Backbone redis(URI url, Traffic traffic, FleetDeaths deaths) {
    try {
      return Backbone.redis(
          url,
          traffic::appended,
          holder -> deaths.deadForMillis(holder.server(), holder.generation()));
    } catch (IllegalArgumentException noRedis) {
      throw StartException.noRedisUrl("redis.url", url);
    }
  }

  int websocketPort() {
    return port.port();
  }

  int httpPort() {
    return endpoints.port();
  }

  Loops loops() {
    return loops;
  }

  Connections connections() {
    return connections;
  }

  private Membership membership() {
    return registration
        .map(Registration::membership)
        .orElseGet(() -> new Membership.Registering("starting"));
  }

  /** As whom this server holds its users. */
  private Optional<Holder> holder() {
    return switch (membership()) {
      case Membership.Registered(long generation, boolean warming) ->
          Optional.of(new Holder(config.name(), generation));
      case Membership.Draining(long generation) ->
          Optional.of(new Holder(config.name(), generation));
      case Membership.Registering registering -> Optional.empty();
      case Membership.Fenced fenced -> Optional.empty();
      case Membership.Leaving leaving -> Optional.empty();
    };
  }

  /** Whoever is dead is dropped from the rooms. */
  private void fleetChanged() {
    attendance.fleetChanged();
    rooms.fleetChanged();
  }

  /** A server that leaves stays ready: it still serves the sockets that it holds. */
  private Optional<String> notReadyBecause() {
    return switch (membership()) {
      case Membership.Registering registering -> Optional.of(registering.reason());
      case Membership.Registered registered ->
          registered.warming() ? Optional.of("warming") : backbone.unavailableBecause();
      case Membership.Fenced fenced ->
          Optional.of("fenced: another instance has the id, generation " + fenced.generation());
      case Membership.Draining draining -> Optional.empty();
      case Membership.Leaving leaving -> Optional.empty();
    };
  }

  private Load load() {
    Load.Builder load =
        Load.newBuilder()
            .setConnections(connections.count())
            .setLoopLagUs((int) Math.min(Integer.MAX_VALUE, loops.lagMicros()))
            .setRefusing(!(membership() instanceof Membership.Registered));
    drain.progress().ifPresent(progress -> load.setDepartures(progress.departures()));
    return load.build();
  }

  private Registrant registrant() {
    return new Registrant(
        config.name(),
        UUID.randomUUID().toString(),
        config.service(),
        Advertised.literal(
            "advertise.address",
            config.advertise().address(),
            config.websocket().address(),
            port.port()),
        Advertised.literal(
            "advertise.api-address",
            config.advertise().apiAddress(),
            config.http().address(),
            endpoints.port()),
        config.weight(),
        config.release(),
        List.of("verdict/1"));
  }
}
