package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.registry.RegistryView;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steers the Envoys: serves them clusters, endpoints, listeners, routes and secrets over delta ADS,
 * and knows what each has acknowledged.
 *
 * <p>Its death, or that of the registry, changes nothing at any Envoy: the last state stays in
 * force. Methods may be called by any thread and do not block, except {@link #start} and {@link
 * #close}.
 */
public final class Xds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Xds.class);

  private final EdgeConfig config;
  private final HostPort address;
  private final Loop loop = new Loop();
  private final Fleet fleet = new Fleet(loop);
  private final AtomicReference<@Nullable RegistryView> pending = new AtomicReference<>();
  private final HealthStatusManager health = new HealthStatusManager();
  private @Nullable Server server;
  private volatile int port;

  /** Belongs to the loop. */
  private Snapshot snapshot;

  /**
   * @param config the edge's part of the configuration
   * @param address where the Envoys ask; port 0: any free one
   */
  public Xds(EdgeConfig config, HostPort address) {
    this.config = config;
    this.address = address;
    this.snapshot = Snapshot.of(config, Optional.empty());
  }

  /**
   * Reads the certificate and opens the port. Envoys get everything but endpoints until the first
   * {@link #update}.
   *
   * @throws StartException if a file or the port is not to be had
   */
  public void start() {
    if (config.tls()) {
      readCertificate();
    } else {
      log.warn("event=xds_no_certificate hint=\"edge.certificate is not set: no TLS listener\"");
    }
    try {
      Server started =
          NettyServerBuilder.forAddress(address.socketAddress())
              .directExecutor()
              .addService(new AggregatedDiscovery(loop, fleet, this::begin))
              .addService(health.getHealthService())
              .addService(ProtoReflectionServiceV1.newInstance())
              .permitKeepAliveTime(5, TimeUnit.SECONDS)
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
    return new Conversation(envoy, config.tls(), snapshot, responses, InstantSource.system());
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
    if (view != null) {
      offer(snapshot.withServers(view, config.defaultService()));
    }
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

  /**
   * Reads the certificate and the ticket keys again and sends the Envoys what changed; live sockets
   * keep what they have.
   *
   * @throws StartException if a file is not to be had; the Envoys then keep the old ones
   */
  public void reloadCertificate() {
    if (config.tls()) {
      readCertificate();
    }
  }

  private void readCertificate() {
    Certificates.Material material = new Certificates(config).read();
    loop.execute(() -> offer(snapshot.withSecrets(material)));
  }

  /** Every Envoy that is or was connected, by id. */
  public List<EnvoyStatus> fleet() {
    return List.copyOf(fleet.statuses());
  }

  /**
   * The connected Envoys that have not ACKed the endpoints of this revision of the registry, or of
   * a later one.
   */
  public List<String> laggards(long revision) {
    return fleet.statuses().stream()
        .filter(envoy -> envoy.connected() && envoy.ackedRevision() < revision)
        .map(EnvoyStatus::id)
        .toList();
  }

  /** Leaves the Envoys to themselves. */
  @Override
  public void close() {
    Server started = server;
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
  }
}
