package io.mooring.controlplane.xds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.registry.Address;
import io.mooring.registry.ServerState;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's side of the stream, towards clients that behave in any way. */
class XdsTest {
  private final Xds xds =
      Edge.controlPlane(Edge.config(new HostPort("127.0.0.1", 7120)), new HostPort("127.0.0.1", 0));
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    xds.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", xds.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    xds.close();
  }

  /** A client's stream: what arrived, and how it ended. */
  private static final class Client implements StreamObserver<DeltaDiscoveryResponse> {
    final ConcurrentLinkedQueue<DeltaDiscoveryResponse> responses = new ConcurrentLinkedQueue<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable cause) {
      end.complete(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }

  private StreamObserver<DeltaDiscoveryRequest> open(Client client) {
    return AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(client);
  }

  private static DeltaDiscoveryRequest endpointsOf(String id, String address) {
    return DeltaDiscoveryRequest.newBuilder()
        .setNode(
            Node.newBuilder()
                .setId(id)
                .setMetadata(
                    Struct.newBuilder()
                        .putFields("address", Value.newBuilder().setStringValue(address).build())))
        .setTypeUrl(ResourceType.EDS.typeUrl())
        .addResourceNamesSubscribe(Clusters.WS)
        .build();
  }

  private void show(long revision, int port) {
    xds.update(
        Edge.view(
            revision,
            Edge.server("app-1", "app", ServerState.ACTIVE, new Address("127.0.0.1", port))));
  }

  @Test
  void clientsThatVanishDoNotKeepOthersFromUpdates() {
    Client steady = new Client();
    open(steady).onNext(endpointsOf("steady", "127.0.0.1"));
    show(1, 7200);
    await().until(() -> !steady.responses.isEmpty());

    for (int i = 0; i < 50; i++) {
      String id = "vanishing-" + i;
      Context.CancellableContext call = Context.current().withCancellation();
      call.run(() -> open(new Client()).onNext(endpointsOf(id, "127.0.0.1")));
      show(2 + i, 7201 + i);
      call.cancel(null);
    }

    Client last = new Client();
    open(last).onNext(endpointsOf("last", "127.0.0.1"));
    await().until(() -> !last.responses.isEmpty());
    await().until(() -> xds.fleet().stream().filter(EnvoyStatus::connected).count() == 2);
    assertTrue(Edge.laggards(xds, 51).contains("steady"));
  }

  @Test
  void serversThatWereKnownBeforeItStartedAndTheCertificateAreBothServed(@TempDir Path folder)
      throws Exception {
    try (Xds early = Edge.controlPlane(secured(folder), new HostPort("127.0.0.1", 0))) {
      early.update(
          Edge.view(
              1, Edge.server("app-1", "app", ServerState.ACTIVE, new Address("127.0.0.1", 7200))));
      early.start();
      ManagedChannel toEarly =
          NettyChannelBuilder.forAddress("127.0.0.1", early.port()).usePlaintext().build();
      Client client = new Client();
      var requests =
          AggregatedDiscoveryServiceGrpc.newStub(toEarly).deltaAggregatedResources(client);

      requests.onNext(endpointsOf("edge-1", "127.0.0.1"));
      requests.onNext(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(ResourceType.SDS.typeUrl())
              .addResourceNamesSubscribe(Secrets.CERTIFICATE)
              .build());

      await().until(() -> client.responses.size() == 2);
      toEarly.shutdownNow();
    }
  }

  @Test
  void whatTheEnvoyRefusesIsServedNoMore(@TempDir Path folder) throws Exception {
    EdgeConfig secured = secured(folder);
    try (Xds serving = Edge.controlPlane(secured, new HostPort("127.0.0.1", 0))) {
      serving.start();
      ManagedChannel toServing =
          NettyChannelBuilder.forAddress("127.0.0.1", serving.port()).usePlaintext().build();
      Client client = new Client();
      var requests =
          AggregatedDiscoveryServiceGrpc.newStub(toServing).deltaAggregatedResources(client);
      requests.onNext(
          endpointsOf("edge-1", "127.0.0.1").toBuilder()
              .setTypeUrl(ResourceType.SDS.typeUrl())
              .clearResourceNamesSubscribe()
              .addResourceNamesSubscribe(Secrets.CERTIFICATE)
              .build());
      DeltaDiscoveryResponse first = next(client);
      requests.onNext(answer(first).build());
      await().until(() -> serving.fleet().stream().anyMatch(envoy -> acked(envoy, first)));

      secured(folder);
      requests.onNext(
          answer(next(client))
              .setErrorDetail(com.google.rpc.Status.newBuilder().setMessage("no"))
              .build());

      await()
          .until(
              () ->
                  serving
                      .certificate()
                      .filter(
                          status ->
                              status.refused().equals("the Envoy edge-1 does not take it: no"))
                      .isPresent());
      Client another = new Client();
      AggregatedDiscoveryServiceGrpc.newStub(toServing)
          .deltaAggregatedResources(another)
          .onNext(
              endpointsOf("edge-2", "127.0.0.1").toBuilder()
                  .setTypeUrl(ResourceType.SDS.typeUrl())
                  .clearResourceNamesSubscribe()
                  .addResourceNamesSubscribe(Secrets.CERTIFICATE)
                  .build());
      assertEquals(first.getResourcesList(), next(another).getResourcesList());
      toServing.shutdownNow();
    }
  }

  private static DeltaDiscoveryResponse next(Client client) {
    return await().until(client.responses::poll, Objects::nonNull);
  }

  private static boolean acked(EnvoyStatus envoy, DeltaDiscoveryResponse response) {
    return envoy.types().stream()
        .anyMatch(type -> type.acked().equals(response.getSystemVersionInfo()));
  }

  private static DeltaDiscoveryRequest.Builder answer(DeltaDiscoveryResponse response) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(response.getTypeUrl())
        .setResponseNonce(response.getNonce());
  }

  /** With a new certificate in the same files. */
  private static EdgeConfig secured(Path folder) throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .subject("CN=edge")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
    EdgeConfig plain = Edge.config(new HostPort("127.0.0.1", 7120));
    return new EdgeConfig(
        plain.defaultService(),
        plain.domains(),
        plain.authFilters(),
        Files.writeString(folder.resolve("edge.pem"), certificate.getCertificatePathPEM()),
        Files.writeString(folder.resolve("edge.key"), certificate.getPrivateKeyPEM()),
        Path.of(""),
        plain.origins(),
        plain.ping(),
        plain.handshakesPerSecond(),
        plain.demo());
  }

  @Test
  void aNodeWithoutAnAddressIsToldSo() {
    Client client = new Client();

    open(client).onNext(endpointsOf("edge-1", ""));

    Status end = client.end.join();
    assertEquals(Status.Code.INVALID_ARGUMENT, end.getCode());
    assertEquals("node.metadata.address \"\" is not a literal IP address", end.getDescription());
    assertTrue(xds.fleet().isEmpty());
  }

  @Test
  void aTypeThatIsNotServedIsNamed() {
    Client client = new Client();

    open(client).onNext(DeltaDiscoveryRequest.newBuilder().setTypeUrl("runtime").build());

    Status end = client.end.join();
    assertEquals("there are no resources of type \"runtime\" here", end.getDescription());
  }

  @Test
  void anEnvoyThatLeftIsRememberedAsGone() {
    Client client = new Client();
    StreamObserver<DeltaDiscoveryRequest> requests = open(client);
    requests.onNext(endpointsOf("edge-1", "127.0.0.1"));
    await().until(() -> xds.fleet().stream().anyMatch(EnvoyStatus::connected));

    requests.onCompleted();

    await().until(() -> xds.fleet().stream().noneMatch(EnvoyStatus::connected));
    assertEquals("edge-1", xds.fleet().getFirst().id());
    assertTrue(Edge.laggards(xds, Long.MAX_VALUE).isEmpty());
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsKey() {
    Xds second =
        Edge.controlPlane(
            Edge.config(new HostPort("127.0.0.1", 7120)), new HostPort("127.0.0.1", xds.port()));

    var failure = assertThrows(StartException.class, second::start);

    assertTrue(
        String.valueOf(failure.getMessage())
            .startsWith("cannot listen on 127.0.0.1:" + xds.port() + " (xds.address)"));
    second.close();
  }
}
