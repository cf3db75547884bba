package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.programs.EnvoyBootstrap;
import io.mooring.programs.EnvoyProcess;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a release of the control plane does that builds its clusters in another way. */
class ClusterChangeTest {
  @TempDir Path folder;

  @Test
  void aChangedWebSocketClusterIsTakenInAndLiveSocketsStay() throws Exception {
    try (AuthService auth = AuthService.start();
        Backend backend = Backend.start("app-1");
        Loop loop = new Loop();
        Reporter reporter = new Reporter("control-1", (envoy, report) -> {})) {
      auth.answering(request -> allow("c", backend.address()));
      EdgeConfig config = Edge.config(auth.address());
      Snapshot before =
          Snapshot.of(config, Optional.empty())
              .withServers(Edge.view(1, Edge.server(backend)), "app");
      AtomicReference<Conversation> conversation = new AtomicReference<>();
      Server xds =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .addService(
                  new AggregatedDiscovery(
                      loop,
                      new Fleet(loop, reporter, status -> {}),
                      (node, responses) -> {
                        conversation.set(
                            new Conversation(
                                node,
                                false,
                                before,
                                Set.of(),
                                responses,
                                InstantSource.system(),
                                new Answers(new SimpleMeterRegistry())));
                        return conversation.get();
                      }))
              .build()
              .start();
      EnvoyBootstrap bootstrap =
          new EnvoyBootstrap(
              "edge-1",
              "127.0.0.1",
              OptionalInt.empty(),
              OptionalInt.of(0),
              0,
              List.of(new InetSocketAddress("127.0.0.1", xds.getPort())),
              100);
      try (EnvoyProcess envoy = EnvoyProcess.start(folder, bootstrap)) {
        envoy.awaitReady();
        int port = envoy.port("ws").orElseThrow();
        try (Answer live = Handshake.to(port).send()) {
          assertEquals(101, live.status());
          long applied = envoy.stat("cluster_manager.cluster_modified");

          loop.execute(() -> conversation.get().offer(withOtherBuffers(before, config)));

          await()
              .atMost(Duration.ofSeconds(5))
              .until(
                  () ->
                      envoy.stat("cluster_manager.cluster_modified") > applied
                          && envoy.stat("cluster_manager.warming_clusters") == 0);
          assertTrue(live.alive());
          try (Answer next = Handshake.to(port).send()) {
            assertEquals(101, next.status());
          }
        }
      } finally {
        xds.shutdownNow();
      }
    }
  }

  private static Snapshot withOtherBuffers(Snapshot snapshot, EdgeConfig config) {
    List<Cluster> changed =
        Clusters.all(config).stream()
            .map(
                cluster ->
                    cluster.toBuilder()
                        .setPerConnectionBufferLimitBytes(UInt32Value.of(64_000))
                        .build())
            .toList();
    return new Snapshot(
        snapshot.revision(),
        Resources.of(changed, Cluster::getName),
        snapshot.endpoints(),
        snapshot.routes(),
        snapshot.secrets(),
        snapshot.allRegistered());
  }
}
