package io.mooring.controlplane.xds;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.process.HostPort;
import io.mooring.programs.EnvoyBootstrap;
import io.mooring.programs.EnvoyProcess;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real Envoy that follows an {@link Xds} of this process. */
final class Edge implements AutoCloseable {
  static final String ID = "edge-1";

  private final EnvoyProcess envoy;
  private Xds xds;
  private long revision;

  private Edge(EnvoyProcess envoy, Xds xds) {
    this.envoy = envoy;
    this.xds = xds;
  }

  /** Starts both; the Envoy is not ready before it is {@linkplain #show shown} servers. */
  static Edge start(Path folder, EdgeConfig config) {
    return start(folder, config, 5_000);
  }

  static Edge start(Path folder, EdgeConfig config, int maxConnections) {
    Xds xds = controlPlane(config, new HostPort("127.0.0.1", 0));
    xds.start();
    return new Edge(startEnvoy(folder, ID, maxConnections, xds), xds);
  }

  /** A control plane that holds nothing back, not started. */
  static Xds controlPlane(EdgeConfig config, HostPort place) {
    return new Xds(
        "control-1",
        config,
        place,
        Duration.ZERO,
        (envoy, report) -> {},
        new SimpleMeterRegistry());
  }

  /** An Envoy that asks these control planes; it is not ready before they show it servers. */
  static EnvoyProcess startEnvoy(Path folder, String id, int maxConnections, Xds... xds) {
    return EnvoyProcess.start(
        folder,
        new EnvoyBootstrap(
            id,
            "127.0.0.1",
            OptionalInt.of(0),
            OptionalInt.of(0),
            0,
            Stream.of(xds).map(one -> new InetSocketAddress("127.0.0.1", one.port())).toList(),
            maxConnections));
  }

  /** A second Envoy that follows the same control plane, ready. */
  EnvoyProcess startAnotherEnvoy(Path folder, String id) {
    EnvoyProcess another = startEnvoy(folder, id, 5_000, xds);
    another.awaitReady();
    return another;
  }

  /** Makes these the registry's servers, and waits until the Envoy has ACKed it and is ready. */
  void show(Server... servers) {
    xds.update(view(++revision, servers));
    awaitInSync();
    envoy.awaitReady();
  }

  void awaitInSync() {
    await()
        .atMost(Duration.ofSeconds(15))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .failFast("the Envoy refused its configuration", () -> !nacks().isEmpty())
        .until(() -> inSync() && laggards(xds, revision).isEmpty());
  }

  /** The connected Envoys that have not ACKed the endpoints of this revision, or of a later one. */
  static List<String> laggards(Xds xds, long revision) {
    return xds.fleet().stream()
        .filter(envoy -> envoy.connected() && envoy.ackedRevision() < revision)
        .map(EnvoyStatus::id)
        .toList();
  }

  private boolean inSync() {
    return xds.fleet().stream().anyMatch(status -> status.id().equals(ID) && status.inSync());
  }

  private List<String> nacks() {
    return xds.fleet().stream()
        .flatMap(status -> status.types().stream())
        .map(EnvoyStatus.TypeStatus::nack)
        .filter(nack -> !nack.isEmpty())
        .toList();
  }

  /** Ends the control plane; the Envoy runs on. */
  void stopControlPlane() {
    xds.close();
  }

  /** Starts another control plane in the place of the last one; it knows of no server yet. */
  void startControlPlane(EdgeConfig config) {
    HostPort place = new HostPort("127.0.0.1", xds.port());
    xds = controlPlane(config, place);
    xds.start();
  }

  Xds xds() {
    return xds;
  }

  EnvoyProcess envoy() {
    return envoy;
  }

  /** The port without TLS. */
  int port() {
    return envoy.port("ws").orElseThrow();
  }

  int tlsPort() {
    return envoy.port("wss").orElseThrow();
  }

  /** How often Envoy took in anything of the control plane, of any type. */
  static long updates(EnvoyProcess envoy) {
    Matcher counters =
        Pattern.compile(
                "(?m)^(\\S*(?:cds|lds|rds\\.mooring|sds\\.\\S+|mooring-\\w+))"
                    + "\\.update_success: (\\d+)$")
            .matcher(envoy.admin("/stats?filter=update_success"));
    long sum = 0;
    while (counters.find()) {
      sum += Long.parseLong(counters.group(2));
    }
    return sum;
  }

  static EdgeConfig config(HostPort... authFilters) {
    return new EdgeConfig(
        "app",
        List.of("*"),
        List.of(authFilters),
        Path.of(""),
        Path.of(""),
        Path.of(""),
        List.of("https://app.test"),
        Duration.ofSeconds(25),
        5_000,
        List.of());
  }

  static RegistryView view(long revision, Server... servers) {
    TreeMap<String, Server> byId = new TreeMap<>();
    for (Server server : servers) {
      byId.put(server.id(), server);
    }
    return new RegistryView("test", revision, byId);
  }

  static Server server(Backend backend) {
    return server(backend.name(), "app", ServerState.ACTIVE, backend.address());
  }

  static Server server(String id, String service, ServerState state, Address address) {
    return new Server(
        id, service, "uid", 1, state, false, address, Optional.of(address), 8, "r1", Set.of());
  }

  @Override
  public void close() {
    envoy.close();
    xds.close();
  }
}
