package io.mooring.controlplane;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.admin.AdminApi;
import io.mooring.controlplane.admin.Connections;
import io.mooring.controlplane.admin.Draining;
import io.mooring.controlplane.admin.Envoys;
import io.mooring.controlplane.admin.Explain;
import io.mooring.controlplane.admin.Gate;
import io.mooring.controlplane.admin.Leader;
import io.mooring.controlplane.admin.Servers;
import io.mooring.controlplane.connections.ConnectionSearch;
import io.mooring.controlplane.drain.DrainDriver;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.explain.Explainer;
import io.mooring.controlplane.leader.Leadership;
import io.mooring.controlplane.lease.Reaper;
import io.mooring.controlplane.load.Loads;
import io.mooring.controlplane.registration.RegistryEndpoint;
import io.mooring.controlplane.registration.Services;
import io.mooring.controlplane.warming.Warming;
import io.mooring.controlplane.xds.Xds;
import io.mooring.process.Endpoints;
import io.mooring.process.Program;
import io.mooring.process.StartException;
import io.mooring.registry.Election;
import io.mooring.registry.EnvoyStore;
import io.mooring.registry.Redis;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.ServiceNames;
import io.mooring.token.JwksFile;
import io.mooring.token.KeyFileException;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenVerifier;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control plane process: everything that it consists of, wired top to bottom. */
public final class ControlPlane implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlPlane.class);

  private final ControlPlaneConfig config;
  private final Redis redis;
  private final RegistryFollower follower;
  private final RegistryEndpoint registry;
  private final Xds xds;
  private final Leadership leadership;
  private final Warming warming;
  private final DrainDriver driver;
  private final Reaper reaper;
  private final Endpoints http;

  ControlPlane(ControlPlaneConfig config) {
    this.config = config;
    InstantSource clock = InstantSource.system();
    MeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Services services = new Services(config.services());
    redis = redis(config.redis().url());
    RegistryStore store = new RegistryStore(redis);
    follower = new RegistryFollower(redis);
    Loads loads = new Loads(store);
    EnvoyStore edge = new EnvoyStore(redis);
    EnvoyReports reports = new EnvoyReports(edge);
    Drains drains = new Drains(store, reports, loads, meters);
    registry =
        new RegistryEndpoint(
            config.registry().address(), store, follower::view, services, drains, config.lease());
    xds =
        new Xds(
            config.name(),
            config.edge(),
            config.xds().address(),
            config.lease().heartbeat().multipliedBy(2),
            (id, report) -> {
              if (report.connected()) {
                edge.report(id, report.toString());
              } else {
                edge.reportGone(id, report.replica(), report.toString());
              }
            },
            meters);
    leadership = new Leadership(new Election(redis), config.name());
    warming = new Warming(store, leadership::fence, reports);
    driver = new DrainDriver(store, follower, leadership::fence, reports, drains);
    reaper = new Reaper(store, follower, leadership::fence, config.lease().ttl(), meters);
    Envoys envoys = new Envoys(config.name(), follower, xds, reports, clock);
    Optional<ConnectionSearch> search =
        config
            .masterKeys()
            .map(MasterKeys::read)
            .map(
                keys -> new ConnectionSearch(follower::view, services, keys, config.name(), clock));
    Explainer explainer =
        new Explainer(
            follower::view,
            services::admitted,
            ServiceNames.of(config.edge().defaultService(), config.hosts()),
            search);
    AdminApi admin =
        new AdminApi(
            gate(config, clock),
            new Servers(follower, reaper, loads, drains),
            envoys,
            new Connections(follower, search),
            new Explain(explainer, search.isPresent(), envoys),
            new Leader(leadership),
            new Draining(follower, drains));
    http = new Endpoints(config.http().address(), this::notReadyBecause, meters, admin::route);

    follower.onChange(
        view -> {
          RegistryView admitted = services.admitted(view);
          xds.update(admitted);
          warming.follow(admitted);
        });
    follower.onChange(registry::follow);
    follower.onChange(drains::follow);
    measure(meters);
  }

  public static void main(String[] arguments) {
    Program.run("control-plane", ControlPlaneConfig.class, arguments, ControlPlane::started);
  }

  private static ControlPlane started(ControlPlaneConfig config) {
    try {
      ControlPlane controlPlane = new ControlPlane(config);
      controlPlane.start();
      return controlPlane;
    } catch (KeyFileException unusable) {
      throw new StartException(String.valueOf(unusable.getMessage()), unusable);
    }
  }

  /**
   * Takes the ports and begins to follow the registry, whether Redis is there or not.
   *
   * @throws StartException if a port cannot be taken or a file cannot be used
   */
  void start() {
    follower.start();
    leadership.start();
    reaper.start();
    driver.start();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture.allOf(
              CompletableFuture.runAsync(http::start, threads),
              CompletableFuture.runAsync(xds::start, threads),
              CompletableFuture.runAsync(registry::start, threads))
          .join();
    } catch (CompletionException failed) {
      close();
      throw failed.getCause() instanceof StartException taken ? taken : failed;
    }
    log.info(
        "event=listening name={} http={} registry={} xds={}",
        config.name(),
        httpPort(),
        registryPort(),
        xdsPort());
  }

  int httpPort() {
    return http.port();
  }

  int registryPort() {
    return registry.port();
  }

  int xdsPort() {
    return xds.port();
  }

  private static Redis redis(URI url) {
    try {
      return new Redis(url.toString());
    } catch (IllegalArgumentException unusable) {
      // Neither the URL nor the cause is shown whole: both may hold the password.
      throw new StartException(
          "redis.url with scheme \""
              + url.getScheme()
              + "\", host \""
              + url.getHost()
              + "\" is not the URL of a Redis; expected redis://host:port or rediss://host:port",
          null);
    }
  }

  private static Gate gate(ControlPlaneConfig config, InstantSource clock) {
    if (config.admin().open()) {
      return Gate.open();
    }
    if (!config.token().given()) {
      return Gate.closed();
    }
    return Gate.guardedBy(
        new TokenVerifier(
            new JwksFile(config.token().jwks()),
            config.token().issuer(),
            config.token().audience(),
            clock));
  }

  private Optional<String> notReadyBecause() {
    return follower.synced() ? Optional.empty() : follower.trouble();
  }

  private void measure(MeterRegistry meters) {
    Gauge.builder("mooring.leader", leadership, now -> now.fence().isPresent() ? 1 : 0)
        .description("Whether this replica leads")
        .register(meters);
    Gauge.builder("mooring.registry.revision", follower, now -> now.view().revision())
        .description("Revision of the registry that this process has seen")
        .register(meters);
    Gauge.builder("mooring.registry.age", follower, now -> now.age().toMillis() / 1e3)
        .description("Since the registry was last heard of")
        .baseUnit("seconds")
        .register(meters);
    Gauge.builder(
            "mooring.servers.suspect",
            follower,
            now -> now.view().servers().stream().filter(Server::suspect).count())
        .description("Registered servers whose lease has lapsed")
        .register(meters);
    for (ServerState state : ServerState.values()) {
      Gauge.builder("mooring.servers", follower, now -> now.view().count(state))
          .description("Registered servers")
          .tag("state", state.name())
          .register(meters);
    }
  }

  @Override
  public void close() {
    registry.close();
    leadership.close();
    http.close();
    warming.close();
    driver.close();
    reaper.close();
    follower.close();
    xds.close();
    redis.close();
  }
}
