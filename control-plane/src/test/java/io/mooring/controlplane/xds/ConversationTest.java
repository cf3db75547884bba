package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.process.HostPort;
import io.mooring.registry.Address;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The delta protocol with one Envoy, message by message. */
class ConversationTest {
  private static final EdgeConfig CONFIG = Edge.config(new HostPort("127.0.0.1", 7120));
  private static final EnvoyNode NODE =
      new EnvoyNode("edge-1", "127.0.0.1", OptionalInt.empty(), OptionalInt.of(8080));
  private static final Snapshot UNKNOWN = Snapshot.of(CONFIG, Optional.empty());

  private final Deque<DeltaDiscoveryResponse> responses = new ArrayDeque<>();
  private Set<String> shown = Set.of();
  private Conversation conversation = begin(UNKNOWN);

  private Conversation begin(Snapshot snapshot) {
    StreamObserver<DeltaDiscoveryResponse> stream =
        new StreamObserver<>() {
          @Override
          public void onNext(DeltaDiscoveryResponse response) {
            responses.add(response);
          }

          @Override
          public void onError(Throwable cause) {
            throw new AssertionError(cause);
          }

          @Override
          public void onCompleted() {}
        };
    return new Conversation(
        NODE,
        false,
        snapshot,
        shown,
        stream,
        InstantSource.system(),
        new Answers(new SimpleMeterRegistry()));
  }

  private static Snapshot at(long revision, int... ports) {
    Server[] servers = new Server[ports.length];
    for (int i = 0; i < ports.length; i++) {
      servers[i] =
          Edge.server("app-" + i, "app", ServerState.ACTIVE, new Address("127.0.0.1", ports[i]));
    }
    return UNKNOWN.withServers(Edge.view(revision, servers), "app");
  }

  private void subscribe(ResourceType type, String... names) {
    conversation.request(
        type,
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .addAllResourceNamesSubscribe(List.of(names))
            .build());
  }

  /** Reconnects as an Envoy that has these. */
  private void reconnectWith(ResourceType type, Resources resources) {
    DeltaDiscoveryRequest.Builder request =
        DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    for (Resource resource : resources.byName().values()) {
      request.putInitialResourceVersions(resource.getName(), resource.getVersion());
      if (type != ResourceType.CDS && type != ResourceType.LDS) {
        request.addResourceNamesSubscribe(resource.getName());
      }
    }
    conversation.request(type, request.build());
  }

  private DeltaDiscoveryResponse next(ResourceType type) {
    DeltaDiscoveryResponse response = responses.removeFirst();
    assertEquals(type.typeUrl(), response.getTypeUrl());
    return response;
  }

  private static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  private void ack(ResourceType type, DeltaDiscoveryResponse response) {
    conversation.request(
        type,
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setResponseNonce(response.getNonce())
            .build());
  }

  private void nack(ResourceType type, DeltaDiscoveryResponse response) {
    conversation.request(
        type,
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setResponseNonce(response.getNonce())
            .setErrorDetail(Status.newBuilder().setMessage("no such field"))
            .build());
  }

  /** An Envoy that has taken in everything of the snapshot. */
  private void settled(Snapshot snapshot) {
    conversation = begin(snapshot);
    subscribe(ResourceType.CDS);
    ack(ResourceType.CDS, next(ResourceType.CDS));
    subscribe(ResourceType.EDS, Clusters.WS, Clusters.API);
    ack(ResourceType.EDS, next(ResourceType.EDS));
    subscribe(ResourceType.LDS);
    ack(ResourceType.LDS, next(ResourceType.LDS));
    subscribe(ResourceType.RDS, Routes.NAME);
    ack(ResourceType.RDS, next(ResourceType.RDS));
    assertTrue(conversation.status().inSync());
  }

  @Test
  void endpointsAreNotAnsweredBeforeTheRegistryWasRead() {
    subscribe(ResourceType.CDS);
    ack(ResourceType.CDS, next(ResourceType.CDS));

    subscribe(ResourceType.EDS, Clusters.WS, Clusters.API);

    assertTrue(responses.isEmpty());
    assertFalse(conversation.status().inSync());
    conversation.offer(at(5, 7200));
    assertEquals(List.of(Clusters.API, Clusters.WS), names(next(ResourceType.EDS)));
  }

  @Test
  void aRegistryThatWasReadAndHoldsNobodyIsAnswered() {
    settled(at(1, 7200));

    conversation.offer(at(2));

    assertEquals(List.of(Clusters.API, Clusters.WS), names(next(ResourceType.EDS)));
  }

  @Test
  void onlyWhatChangedIsSent() {
    settled(at(1, 7200));
    Server withoutApi =
        new Server(
            "app-0",
            "app",
            "uid",
            1,
            ServerState.ACTIVE,
            false,
            new Address("127.0.0.1", 7200),
            Optional.empty(),
            8,
            "r1",
            Set.of());

    conversation.offer(UNKNOWN.withServers(Edge.view(2, withoutApi), "app"));

    assertEquals(List.of(Clusters.API), names(next(ResourceType.EDS)));
    assertTrue(responses.isEmpty());
  }

  @Test
  void aRevisionWithoutAChangeSendsNothingAndCountsAsAcked() {
    settled(at(1, 7200));

    conversation.offer(at(2, 7200));

    assertTrue(responses.isEmpty());
    assertEquals(2, conversation.status().ackedRevision());
  }

  @Test
  void aRevisionCountsAsAckedWhenItsEndpointsAre() {
    settled(at(1, 7200));

    conversation.offer(at(2, 7200, 7201));
    assertEquals(1, conversation.status().ackedRevision());
    ack(ResourceType.EDS, next(ResourceType.EDS));

    assertEquals(2, conversation.status().ackedRevision());
    assertTrue(conversation.status().inSync());
  }

  @Test
  void whatChangesWhileAnAnswerIsAwaitedIsSentAfterIt() {
    settled(at(1, 7200));
    conversation.offer(at(2, 7200, 7201));
    DeltaDiscoveryResponse first = next(ResourceType.EDS);

    conversation.offer(at(3, 7202));
    conversation.offer(at(4, 7203));
    assertTrue(responses.isEmpty());
    ack(ResourceType.EDS, first);

    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertTrue(responses.isEmpty());
    assertEquals(4, conversation.status().ackedRevision());
  }

  @Test
  void aRefusedVersionIsNotSentAgainAndTheNextOneIs() {
    settled(at(1, 7200));
    conversation.offer(at(2, 7200, 7201));

    nack(ResourceType.EDS, next(ResourceType.EDS));

    assertTrue(responses.isEmpty());
    assertEquals(1, conversation.status().ackedRevision());
    assertFalse(conversation.status().inSync());
    assertEquals("no such field", conversation.status().types().get(1).nack());
    conversation.offer(at(3, 7202));
    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertTrue(conversation.status().inSync());
  }

  @Test
  void goingBackToWhatTheEnvoyHasEndsARefusal() {
    settled(at(1, 7200));
    conversation.offer(at(2, 7200, 7201));
    nack(ResourceType.EDS, next(ResourceType.EDS));

    conversation.offer(at(3, 7200));

    assertTrue(responses.isEmpty());
    assertTrue(conversation.status().inSync());
    assertEquals(3, conversation.status().ackedRevision());
  }

  @Test
  void anEnvoyThatHasEverythingIsSentNothing() {
    Snapshot snapshot = at(7, 7200);
    conversation = begin(snapshot);

    reconnectWith(ResourceType.CDS, snapshot.clusters());
    reconnectWith(ResourceType.EDS, snapshot.endpoints().orElseThrow());
    reconnectWith(
        ResourceType.LDS, Resources.of(Listeners.all(NODE, false), listener -> listener.getName()));
    reconnectWith(ResourceType.RDS, snapshot.routes());

    assertTrue(responses.isEmpty());
    assertTrue(conversation.status().inSync());
    assertEquals(7, conversation.status().ackedRevision());
  }

  @Test
  void endpointsOfAnEarlierLifeStayUntilAllCanHaveRegistered() {
    conversation = begin(at(1, 7200));

    reconnectWith(ResourceType.EDS, at(9, 7200, 7201).endpoints().orElseThrow());
    conversation.offer(at(2, 7201));

    assertTrue(responses.isEmpty());
    assertEquals(0, conversation.status().ackedRevision());
    assertEquals(
        "this control plane has just started, and servers may yet register",
        conversation.status().types().getFirst().heldBack());
    conversation.offer(at(3, 7201).withAllRegistered());
    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertEquals(3, conversation.status().ackedRevision());
    assertEquals("", conversation.status().types().getFirst().heldBack());
  }

  @Test
  void endpointsThatThisControlPlaneHasShownAreReplacedAtOnce() {
    Resources before = at(1, 7200).endpoints().orElseThrow();
    shown = before.versions();
    conversation = begin(at(2, 7200, 7201));

    reconnectWith(ResourceType.EDS, before);

    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertEquals(2, conversation.status().ackedRevision());
  }

  @Test
  void endpointsThatTheRegistryConfirmedFollowItAtOnce() {
    conversation = begin(at(1, 7200));
    reconnectWith(ResourceType.EDS, at(9, 7200, 7201).endpoints().orElseThrow());

    conversation.offer(at(2, 7200, 7201));
    assertTrue(responses.isEmpty());
    assertEquals(2, conversation.status().ackedRevision());
    conversation.offer(at(3, 7200));

    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertEquals(3, conversation.status().ackedRevision());
  }

  @Test
  void anEnvoyWithoutEndpointsIsServedWhatIsKnown() {
    conversation = begin(at(1, 7200));

    subscribe(ResourceType.EDS, Clusters.WS, Clusters.API);

    ack(ResourceType.EDS, next(ResourceType.EDS));
    assertEquals(1, conversation.status().ackedRevision());
  }

  @Test
  void aChangedClusterIsFollowedByItsEndpointsThoughTheEnvoyHasThem() {
    Snapshot snapshot = at(1, 7200);
    conversation = begin(snapshot);
    conversation.request(
        ResourceType.CDS,
        DeltaDiscoveryRequest.newBuilder()
            .putInitialResourceVersions(Clusters.WS, "of another configuration")
            .build());
    next(ResourceType.CDS);

    reconnectWith(ResourceType.EDS, snapshot.endpoints().orElseThrow());

    assertEquals(List.of(Clusters.WS), names(next(ResourceType.EDS)));
  }

  @Test
  void aChangedListenerIsHeldBack() {
    settled(at(1, 7200));
    conversation = begin(at(1, 7200));

    conversation.request(
        ResourceType.LDS,
        DeltaDiscoveryRequest.newBuilder()
            .putInitialResourceVersions("ws", "of another version")
            .build());

    assertTrue(responses.isEmpty());
    assertEquals(
        "the change of listener ws would cut its live sockets",
        conversation.status().types().getFirst().heldBack());
  }

  @Test
  void aNameThatIsAskedForAgainIsSentAgain() {
    settled(at(1, 7200));

    subscribe(ResourceType.EDS, Clusters.WS);

    assertEquals(List.of(Clusters.WS), names(next(ResourceType.EDS)));
  }

  @Test
  void aNameThatDoesNotExistIsSaidSoOnce() {
    settled(at(1, 7200));

    subscribe(ResourceType.RDS, "unheard-of");
    DeltaDiscoveryResponse response = next(ResourceType.RDS);
    ack(ResourceType.RDS, response);

    assertEquals(List.of("unheard-of"), response.getRemovedResourcesList());
    assertTrue(responses.isEmpty());
  }

  @Test
  void anAnswerToAnotherResponseChangesNothing() {
    settled(at(1, 7200));
    conversation.offer(at(2, 7200, 7201));

    ack(ResourceType.EDS, DeltaDiscoveryResponse.newBuilder().setNonce("old").build());

    assertEquals(1, conversation.status().ackedRevision());
  }
}
