package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.registry.RegistryView;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steers the Envoys: serves them clusters, endpoints, listeners, routes and secrets over delta ADS,
 * and knows what each has acknowledged.
 *
 * <p>Its death, or that of the registry, changes nothing at any Envoy: the last state stays in
 * force. Its health is NOT_SERVING until it has read the registry, so that an Envoy prefers another
 * replica. Methods may be called by any thread and do not block, except {@link #start} and {@link
 * #close}.
 */
public final class Xds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Xds.class);

  private final EdgeConfig config;
  private final HostPort address;
  private final Duration holdBack;
  private final Loop loop = new Loop();
  private final Reporter reporter;
  private final Optional<CertificateWatch> certificates;
  private final Fleet fleet;
  private final Answers answers;
  private final AtomicReference<@Nullable RegistryView> pending = new AtomicReference<>();
  private final HealthStatusManager health = new HealthStatusManager();
  private @Nullable Server server;
  private volatile int port;

  /** These belong to the loop. */
  private Snapshot snapshot;

  private Optional<Certificates.Material> offered = Optional.empty();

  private boolean anybodyRegistered;
  private boolean waited;

  /** Versions of endpoints that this process has shown, until all can have registered. */
  private final Set<String> shown = new HashSet<>();

  /**
   * @param name of this replica, in what it reports of its Envoys
   * @param config the edge's part of the configuration
   * @param address where the Envoys ask; port 0: any free one
   * @param holdBack how long after the first {@link #update} servers may still register that an
   *     Envoy knows of and the registry does not: two heartbeats
   */
  public Xds(
      String name,
      EdgeConfig config,
      HostPort address,
      Duration holdBack,
      Acknowledgements acknowledgements,
      MeterRegistry meters) {
    this.config = config;
    this.address = address;
    this.holdBack = holdBack;
    this.reporter = new Reporter(name, acknowledgements);
    this.fleet = new Fleet(loop, reporter, this::heard);
    this.answers = new Answers(meters);
    Gauge.builder(
            "mooring.envoys.connected",
            fleet,
            now -> now.statuses().stream().filter(EnvoyStatus::connected).count())
        .description("Envoys whose stream this replica serves")
        .register(meters);
    Gauge.builder(
            "mooring.envoys.in.sync",
            fleet,
            now -> now.statuses().stream().filter(EnvoyStatus::inSync).count())
        .description("Of these: those that have taken in everything that they were to get")
        .register(meters);
    this.snapshot = Snapshot.of(config, Optional.empty());
    this.certificates =
        config.tls()
            ? Optional.of(
                new CertificateWatch(
                    new Certificates(config), this::serve, InstantSource.system(), meters))
            : Optional.empty();
  }

  /**
   * Reads the certificate, begins to watch it, and opens the port. Envoys get everything but
   * endpoints until the first {@link #update}.
   *
   * @throws StartException if a file or the port is not to be had
   */
  public void start() {
    certificates.ifPresent(CertificateWatch::start);
    if (certificates.isEmpty()) {
      log.warn("event=xds_no_certificate hint=\"edge.certificate is not set: no TLS listener\"");
    }
    reporter.start();
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
    try {
      Server started =
          NettyServerBuilder.forAddress(address.socketAddress())
              .directExecutor()
              .addService(new AggregatedDiscovery(loop, fleet, this::begin))
              .addService(health.getHealthService())
              .addService(ProtoReflectionServiceV1.newInstance())
              // An Envoy asks each second, to leave a frozen replica soon; on a busy machine two
              // of its questions may arrive together.
              .permitKeepAliveTime(10, TimeUnit.MILLISECONDS)
              .permitKeepAliveWithoutCalls(true)
              .keepAliveTime(10, TimeUnit.SECONDS)
              .keepAliveTimeout(5, TimeUnit.SECONDS)
              .build()
              .start();
      server = started;
      port = started.getPort();
    } catch (IOException notBound) {
      throw StartException.cannotListen("xds.address", address, notBound);
    }
    log.info("event=xds_listening address={}", new HostPort(address.host(), port));
  }

  private Conversation begin(EnvoyNode envoy, StreamObserver<DeltaDiscoveryResponse> responses) {
    return new Conversation(
        envoy,
        config.tls(),
        snapshot,
        Set.copyOf(shown),
        responses,
        InstantSource.system(),
        answers);
  }

  /** The port that {@link #start} opened; 0 before. */
  public int port() {
    return port;
  }

  /**
   * Sends the Envoys what changed in their endpoints; nothing if nothing did. A view without an
   * incarnation says that nothing is known, and is ignored.
   */
  public void update(RegistryView view) {
    if (view.incarnation().isEmpty()) {
      return;
    }
    if (pending.getAndSet(view) == null) {
      loop.execute(this::offerPending);
    }
  }

  private void offerPending() {
    RegistryView view = pending.getAndSet(null);
    if (view == null) {
      return;
    }
    if (snapshot.endpoints().isEmpty()) {
      health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
      loop.executeAfter(holdBack, this::endHoldBack);
    }
    anybodyRegistered |= !view.servers().isEmpty();
    Snapshot newest = judged(snapshot.withServers(view, config.defaultService()));
    if (newest.allRegistered()) {
      shown.clear();
    } else {
      shown.addAll(newest.endpoints().map(Resources::versions).orElse(Set.of()));
    }
    offer(newest);
  }

  private void endHoldBack() {
    waited = true;
    offer(judged(snapshot));
  }

  /** A registry that was empty ever since has come back without its servers. */
  private Snapshot judged(Snapshot newest) {
    return waited && anybodyRegistered ? newest.withAllRegistered() : newest;
  }

  private void offer(Snapshot newest) {
    assert loop.inLoop();
    snapshot = newest;
    for (Conversation conversation : fleet.conversations()) {
      // A message each: what one of them throws does not reach the others.
      loop.execute(
          () -> {
            conversation.offer(newest);
            fleet.publish(conversation);
          });
    }
  }

  void serve(Certificates.Material material) {
    loop.execute(
        () -> {
          offered = Optional.of(material);
          offer(snapshot.withSecrets(material));
        });
  }

  private void heard(EnvoyStatus envoy) {
    String version = snapshot.secrets().version();
    for (EnvoyStatus.TypeStatus type : envoy.types()) {
      if (type.type() != ResourceType.SDS) {
        continue;
      }
      if (!type.nack().isEmpty() && type.sent().equals(version)) {
        judge((watch, material) -> watch.refusedBy(material, envoy.id(), type.nack()));
      } else if (type.nack().isEmpty() && type.acked().equals(version)) {
        judge(CertificateWatch::takenBy);
      }
    }
  }

  private void judge(BiConsumer<CertificateWatch, Certificates.Material> verdict) {
    certificates.ifPresent(watch -> offered.ifPresent(material -> verdict.accept(watch, material)));
  }

  /** Empty without TLS. */
  public Optional<CertificateStatus> certificate() {
    return certificates.map(CertificateWatch::status);
  }

  /** Every Envoy that is or was connected, by id. */
  public List<EnvoyStatus> fleet() {
    return List.copyOf(fleet.statuses());
  }

  /** Leaves the Envoys to themselves. */
  @Override
  public void close() {
    certificates.ifPresent(CertificateWatch::close);
    Server started = server;
    server = null;
    if (started != null) {
      health.enterTerminalState();
      started.shutdownNow();
      try {
        started.awaitTermination(5, TimeUnit.SECONDS);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    loop.close();
    reporter.close();
  }
}
