package io.mooring.authfilter;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mooring.process.Endpoints;
import io.mooring.process.Program;
import io.mooring.process.StartException;
import io.mooring.registry.Redis;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.ServerState;
import io.mooring.registry.ServiceNames;
import io.mooring.token.JwksFile;
import io.mooring.token.KeyFileException;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenVerifier;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The auth-filter process: everything that it consists of, wired top to bottom. */
public final class AuthFilter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AuthFilter.class);

  /**
   * How often Envoy may send HTTP/2 pings on an idle connection; gRPC's default would cut it off.
   */
  private static final long SHORTEST_PING_MILLIS = 100;

  private static final long LONGEST_CLOSE_MILLIS = 500;

  private final AuthFilterConfig config;
  private final Redis redis;
  private final RegistryFollower registry;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server grpc;
  private final Endpoints http;

  AuthFilter(AuthFilterConfig config) {
    this.config = config;
    this.redis = redis(config.redis().url());
    this.registry = new RegistryFollower(redis);
    MasterKeys keys = MasterKeys.read(config.keys());
    JwksFile jwks = new JwksFile(config.token().jwks());
    InstantSource clock = InstantSource.system();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    VerifiedTokens tokens =
        new VerifiedTokens(
            new TokenVerifier(jwks, config.token().issuer(), config.token().audience(), clock),
            jwks,
            clock,
            meters);
    Origins origins = Origins.of(config.origins());
    Base base = Base.of(config.publicUrl());
    Gate gate =
        new Gate(
            origins,
            base,
            tokens,
            keys,
            registry::view,
            ServiceNames.of(config.defaultService(), config.hosts()),
            clock);
    ApiGate apiGate = new ApiGate(origins, base, tokens, keys, config.defaultService(), clock);
    Gauge.builder("mooring.registry.revision", registry, follower -> follower.view().revision())
        .description("Revision of the registry that this process has seen")
        .register(meters);
    Gauge.builder("mooring.registry.age", registry, follower -> follower.age().toMillis() / 1e3)
        .description("Since the registry was last heard of")
        .baseUnit("seconds")
        .register(meters);
    for (ServerState state : ServerState.values()) {
      Gauge.builder("mooring.servers", registry, follower -> follower.view().count(state))
          .description("Registered servers that this process knows of")
          .tag("state", state.name())
          .register(meters);
    }
    this.grpc =
        NettyServerBuilder.forAddress(config.grpc().address().socketAddress())
            .directExecutor()
            .permitKeepAliveTime(SHORTEST_PING_MILLIS, TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(new AuthorizationService(gate, apiGate, meters))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
    this.http = new Endpoints(config.http().address(), this::notReadyBecause, meters, routes -> {});
  }

  public static void main(String[] arguments) {
    Program.run("auth-filter", AuthFilterConfig.class, arguments, AuthFilter::started);
  }

  private static Redis redis(URI url) {
    try {
      return new Redis(url.toString());
    } catch (IllegalArgumentException noRedis) {
      throw StartException.noRedisUrl("redis.url", url);
    }
  }

  private static AuthFilter started(AuthFilterConfig config) {
    try {
      AuthFilter filter = new AuthFilter(config);
      filter.start();
      return filter;
    } catch (KeyFileException unusable) {
      throw new StartException(String.valueOf(unusable.getMessage()), unusable);
    }
  }

  /**
   * Takes the ports and begins to follow the registry. Answers handshakes at once, but is healthy
   * to Envoy only once the registry was read.
   *
   * @throws StartException if a port cannot be taken
   */
  void start() {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
    registry.onChange(
        view ->
            health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING));
    registry.start();
    CompletableFuture<Endpoints> httpListens = CompletableFuture.supplyAsync(http::start);
    try {
      grpc.start();
      httpListens.join();
      log.info(
          "event=listening name={} grpc={} http={}", config.name(), grpc.getPort(), http.port());
    } catch (IOException taken) {
      httpListens.exceptionally(bothTaken -> http).join();
      close();
      throw StartException.cannotListen("grpc.address", config.grpc().address(), taken);
    } catch (CompletionException failed) {
      close();
      throw failed.getCause() instanceof StartException taken ? taken : failed;
    }
  }

  int grpcPort() {
    return grpc.getPort();
  }

  int httpPort() {
    return http.port();
  }

  private Optional<String> notReadyBecause() {
    return registry.synced() ? Optional.empty() : registry.trouble();
  }

  @Override
  public void close() {
    health.enterTerminalState();
    grpc.shutdown();
    try {
      if (!grpc.awaitTermination(LONGEST_CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        grpc.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      grpc.shutdownNow();
      Thread.currentThread().interrupt();
    }
    http.close();
    registry.close();
    redis.close();
  }
}
