package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.server.conformance.Autobahn;
import io.mooring.server.conformance.EchoServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Autobahn's cases through a real Envoy, to an echo server that registers like any other service's
 * server: in the end every byte of a socket passes the edge as it was sent.
 */
@Tag("conformance")
class EdgeConformanceTest {
  private static final int CASES = 247;
  private static final String ECHO = "echo-1";

  @TempDir Path state;

  @Test
  void noCaseFailsOrEndsUncleanlyBehindTheEdge() throws Exception {
    try (Tier tier = Tier.up(state, "--servers", "1", "--envoys", "1");
        EchoServer echo = new EchoServer(0, EchoServer.roomy()).start();
        ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor()) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(tier.addresses().path("registry").path(0).asText())
              .usePlaintext()
              .build();
      register(channel, tier, echo.port(), beats);
      URI edge = tier.edgePlain();

      Autobahn.Verdict verdict;
      try (HeadRelay relay =
          new HeadRelay(edge.getHost(), edge.getPort(), "/ws/" + ECHO + "/suite", tier.token())
              .start()) {
        verdict = Autobahn.run(relay.port());
      }

      beats.shutdownNow();
      channel.shutdownNow();
      assertEquals(CASES, verdict.cases());
      assertTrue(verdict.bad().isEmpty(), verdict::toString);
    }
  }

  private static void register(
      ManagedChannel channel, Tier tier, int port, ScheduledExecutorService beats)
      throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + Files.readString(tier.state().resolve("keys/registration.token")).strip());
    RegistryGrpc.RegistryBlockingStub registry =
        RegistryGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    RegisterResponse admitted =
        registry.register(
            RegisterRequest.newBuilder()
                .setServerId(ECHO)
                .setInstanceUid("suite-" + ProcessHandle.current().pid())
                .setService("app")
                .setAddress("127.0.0.1:" + port)
                .build());
    Claim claim =
        Claim.newBuilder()
            .setServerId(ECHO)
            .setIncarnation(admitted.getIncarnation())
            .setGeneration(admitted.getGeneration())
            .setInstanceUid("suite-" + ProcessHandle.current().pid())
            .build();
    beats.scheduleAtFixedRate(
        () -> registry.heartbeat(HeartbeatRequest.newBuilder().setClaim(claim).build()),
        0,
        admitted.getHeartbeatMs(),
        TimeUnit.MILLISECONDS);
  }
}
