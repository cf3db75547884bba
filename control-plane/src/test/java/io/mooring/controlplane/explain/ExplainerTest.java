package io.mooring.controlplane.explain;

import static io.mooring.controlplane.connections.Holder.page;
import static io.mooring.controlplane.connections.Holder.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.connections.ConnectionSearch;
import io.mooring.controlplane.connections.Found;
import io.mooring.controlplane.connections.Holder;
import io.mooring.controlplane.explain.Explanation.Host;
import io.mooring.controlplane.explain.Explanation.Placed;
import io.mooring.controlplane.registration.ServicePolicy;
import io.mooring.controlplane.registration.Services;
import io.mooring.process.Secret;
import io.mooring.registry.Address;
import io.mooring.registry.Placement;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.ServiceNames;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.MasterKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainerTest {
  private static final String CONN = "A".repeat(43);
  private static final ServicePolicy LOOPBACK =
      new ServicePolicy(Secret.of("app-token-0123456789"), List.of("127.0.0.0/8"), "1024-65535");

  private static final ServiceNames NAMES =
      ServiceNames.of("app", Map.of("chat.example.com", "chat"));

  private final Services services = new Services(Map.of("app", LOOPBACK, "chat", LOOPBACK));
  private final TreeMap<String, Server> servers = new TreeMap<>();

  @BeforeEach
  void register() {
    for (int number = 1; number <= 4; number++) {
      register("app-" + number, "app", ServerState.ACTIVE, false, 7200 + number, Optional.empty());
    }
    register("chat-1", "chat", ServerState.ACTIVE, false, 7301, Optional.empty());
  }

  @Test
  void aPinnedUrlLandsOnItsPin() throws Exception {
    Placed placed = explain("wss://edge/ws/app-2/" + CONN);

    assertEquals(Optional.of("app-2"), placed.landsOn());
    assertEquals("app", placed.service());
    assertTrue(placed.pinInEndpoints());
    assertEquals("its pin app-2 is in the endpoints", placed.reason());
    assertEquals(List.of(true, false, false), placed.hosts().stream().map(Host::pin).toList());
  }

  @Test
  void theHostsAreThoseOfTheAuthFilterAndTheirScoresGoDown() throws Exception {
    Placed placed = explain("/ws/app-9/" + CONN);

    assertEquals(
        Placement.of(view(), "app-9", "app", CONN).hosts(),
        placed.hosts().stream().map(Host::server).toList());
    List<Double> scores = placed.hosts().stream().map(host -> host.score().orElseThrow()).toList();
    assertEquals(scores.stream().sorted((a, b) -> Double.compare(b, a)).toList(), scores);
    assertTrue(scores.stream().allMatch(score -> score > 0 && score < 1), scores::toString);
    assertEquals(
        "its pin app-9 is not registered: as a first connect of service app", placed.reason());
  }

  @Test
  void aDrainingPinLeadsToTheNext() throws Exception {
    register("app-2", "app", ServerState.DRAINING, false, 7202, Optional.empty());

    Placed placed = explain("/ws/app-2/" + CONN);

    assertFalse(placed.pinInEndpoints());
    assertEquals("app-2", placed.pin().orElseThrow().id());
    assertEquals("its pin app-2 is DRAINING: the next in its rendezvous order", placed.reason());
    assertEquals(placed.hosts().getFirst().server().id(), placed.landsOn().orElseThrow());
  }

  @Test
  void aSuspectPinIsTriedFirst() throws Exception {
    register("app-2", "app", ServerState.ACTIVE, true, 7202, Optional.empty());

    Placed placed = explain("/ws/app-2/" + CONN);

    assertEquals(Optional.of("app-2"), placed.landsOn());
    assertTrue(placed.reason().contains("its lease has lapsed"), placed.reason());
  }

  @Test
  void aPinThatNoEnvoyKnowsIsPassedOver() throws Exception {
    register("app-2", "app", ServerState.ACTIVE, false, 80, Optional.empty());

    Placed placed = explain("/ws/app-2/" + CONN);

    assertFalse(placed.pinInEndpoints());
    assertEquals(placed.hosts().get(1).server().id(), placed.landsOn().orElseThrow());
    assertTrue(placed.reason().contains("no Envoy knows it"), placed.reason());
  }

  @Test
  void aForeignServiceStaysAmongItsOwn() throws Exception {
    Placed pinned = explain("/ws/chat-1/x");
    assertEquals("chat", pinned.service());
    assertEquals(1, pinned.hosts().size());

    Placed first = explain("/ws?service=chat");
    assertEquals(Optional.empty(), first.conn());
    assertEquals(List.of("chat-1"), first.hosts().stream().map(h -> h.server().id()).toList());
    assertEquals(Optional.of("chat-1"), first.landsOn());

    Placed anywhere = explain("/ws");
    assertEquals(4, anywhere.hosts().size());
    assertEquals(Optional.empty(), anywhere.landsOn());

    Placed nowhere = explain("/ws?service=none");
    assertEquals(
        "service none has no server that takes connections: it gets 503", nowhere.reason());
  }

  @Test
  void aFirstConnectIsForTheServiceOfItsHostUnlessItNamesAnother() throws Exception {
    assertEquals("chat", explain("wss://Chat.example.com:8443/ws").service());
    assertEquals("app", explain("wss://chat.example.com/ws?service=app").service());
    assertEquals("chat", explain("wss://chat.example.com/ws/gone-1/" + CONN).service());
    assertEquals("app", explain("wss://chat.example.com/ws/app-1/" + CONN).service());
    assertEquals("app", explain("wss://other.example.com/ws").service());
  }

  @Test
  void aConnectionAndAUserAreLookedForAtTheServers(@TempDir Path folder) throws Exception {
    MasterKeys keys =
        MasterKeys.read(Files.writeString(folder.resolve("keys"), MasterKeys.generate("k1")));
    ConnectionSearch search =
        new ConnectionSearch(this::view, services, keys, "control-1", InstantSource.system());
    IdentityVerifier verifier = new IdentityVerifier(keys, "app", InstantSource.system());
    try (Holder two = Holder.of(verifier, page(1, row(CONN, "ann")))) {
      register("app-2", "app", ServerState.ACTIVE, false, 7202, Optional.of(two.port()));
      Explainer explainer =
          new Explainer(this::view, services::admitted, NAMES, Optional.of(search));

      for (String target : List.of(CONN, "ann", "/ws/app-1/" + CONN)) {
        Explanation explanation = explainer.explain(Target.parse(target), 10);

        Placed placed = explanation.placements().getFirst();
        assertEquals("ann", placed.live().orElseThrow().user());
        assertEquals("app-2", placed.live().orElseThrow().server());
        assertEquals(
            List.of("app-1", "app-3", "app-4", "chat-1"),
            explanation.unanswered().stream().map(Found.Unanswered::server).toList());
      }
      assertEquals(
          Optional.of("app-2"),
          explainer.explain(Target.parse(CONN), 10).placements().getFirst().landsOn());
    }
  }

  @Test
  void aConnectionThatNobodyHoldsIsPlacedAsAFirstConnect() throws Exception {
    Placed placed = explain(CONN);

    assertEquals(
        Placement.of(view(), null, "app", CONN).hosts().getFirst().id(),
        placed.landsOn().orElseThrow());
    assertTrue(placed.reason().startsWith("no server is known to hold it"), placed.reason());
  }

  private Placed explain(String target) throws InterruptedException {
    return new Explainer(this::view, services::admitted, NAMES, Optional.empty())
        .explain(Target.parse(target), 10)
        .placements()
        .getFirst();
  }

  private RegistryView view() {
    return new RegistryView("life", 7, servers);
  }

  private void register(
      String id,
      String service,
      ServerState state,
      boolean suspect,
      int port,
      Optional<Integer> apiPort) {
    servers.put(
        id,
        new Server(
            id,
            service,
            "uid",
            1,
            state,
            suspect,
            new Address("127.0.0.1", port),
            apiPort.map(api -> new Address("127.0.0.1", api)),
            8,
            "",
            Set.of(),
            Map.of(),
            Optional.empty(),
            0));
  }
}
