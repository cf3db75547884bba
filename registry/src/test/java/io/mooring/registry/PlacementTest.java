package io.mooring.registry;

import static io.mooring.registry.Servers.active;
import static io.mooring.registry.Servers.server;
import static io.mooring.registry.Servers.view;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final RegistryView FIVE =
      view(
          active("app", 1), active("app", 2), active("app", 3), active("app", 4), active("app", 5));

  @Test
  void aFirstConnectGetsThreeServersInItsRendezvousOrder() {
    Placement placement = Placement.of(FIVE, null, "app", "conn");

    assertEquals(Rendezvous.order("conn", FIVE.servers()).subList(0, 3), placement.hosts());
    assertEquals("app", placement.service());
    assertEquals(7, placement.revision());
  }

  @Test
  void aPinComesFirstAndTwoOthersFollowInOrder() {
    for (Server pin : FIVE.servers()) {
      Placement placement = Placement.of(FIVE, pin.id(), "app", "conn");

      List<Server> others =
          Rendezvous.order("conn", FIVE.servers()).stream().filter(s -> !s.equals(pin)).toList();
      assertEquals(List.of(pin, others.get(0), others.get(1)), placement.hosts());
      assertTrue(placement.leadsToPin());
    }
  }

  @Test
  void aPinLeadsToAServerThatTakesNoNewConnectionsAsLongAsEnvoyHasIt() {
    RegistryView view =
        view(
            server("app", 1, ServerState.WARMING, false),
            server("app", 2, ServerState.ACTIVE, true),
            server("app", 3, ServerState.WARMING, true),
            active("app", 4));

    for (String pin : List.of("app-1", "app-2", "app-3")) {
      assertEquals(List.of(pin, "app-4"), ids(Placement.of(view, pin, "app", "conn")));
    }
  }

  @Test
  void aDrainingPinLeadsToTheOthers() {
    RegistryView view =
        view(server("app", 1, ServerState.DRAINING, false), active("app", 2), active("app", 3));

    Placement placement = Placement.of(view, "app-1", "app", "conn");

    assertEquals(Set.of("app-2", "app-3"), Set.copyOf(ids(placement)));
    assertEquals(view.server("app-1"), placement.pin());
    assertFalse(placement.leadsToPin());
  }

  @Test
  void anUnknownPinIsAFirstConnect() {
    assertEquals(
        Placement.of(FIVE, null, "app", "conn"), Placement.of(FIVE, "app-9", "app", "conn"));
  }

  @Test
  void aPinStaysInsideItsOwnService() {
    RegistryView view = view(active("app", 1), active("chat", 2), active("chat", 3));

    Placement placement = Placement.of(view, "chat-2", "app", "conn");

    assertEquals("chat", placement.service());
    assertEquals(List.of("chat-2", "chat-3"), ids(placement));
  }

  @Test
  void aPinThatIsDrainingFallsBackInsideItsOwnService() {
    RegistryView view =
        view(active("app", 1), server("chat", 2, ServerState.DRAINING, false), active("chat", 3));

    assertEquals(List.of("chat-3"), ids(Placement.of(view, "chat-2", "app", "conn")));
  }

  @Test
  void aPinWhoseServiceHasNoOtherServerFallsBackToNobody() {
    RegistryView view = view(active("app", 1), server("chat", 2, ServerState.DRAINING, false));

    assertEquals(List.of(), ids(Placement.of(view, "chat-2", "app", "conn")));
  }

  @Test
  void onlyActiveServersOfTheServiceThatAreNotSuspectGetNewConnections() {
    RegistryView view =
        view(
            server("app", 1, ServerState.WARMING, false),
            server("app", 2, ServerState.ACTIVE, true),
            server("app", 3, ServerState.DRAINING, false),
            active("chat", 4),
            active("app", 5));

    assertEquals(List.of("app-5"), ids(Placement.of(view, null, "app", "conn")));
  }

  @Test
  void aServiceWithoutServersHasNoPlace() {
    assertTrue(Placement.of(FIVE, null, "chat", "conn").hosts().isEmpty());
    assertTrue(Placement.of(RegistryView.EMPTY, "app-1", "app", "conn").hosts().isEmpty());
  }

  @Test
  void addressesAreWrittenAsEnvoyReadsThem() {
    Server v6 =
        new Server(
            "app-6",
            "app",
            "uid",
            1,
            ServerState.ACTIVE,
            false,
            new Address("::1", 7206),
            Optional.empty(),
            8,
            "",
            Set.of());

    assertEquals(
        "[::1]:7206,127.0.0.1:7201",
        Placement.of(view(active("app", 1), v6), "app-6", "app", "conn").addresses());
  }

  @Test
  void firstConnectsSpread() {
    Map<String, Integer> first = new HashMap<>();
    IntStream.range(0, 3000)
        .mapToObj(i -> Placement.of(FIVE, null, "app", "conn-" + i).hosts().getFirst().id())
        .forEach(id -> first.merge(id, 1, Integer::sum));

    first.values().forEach(count -> assertTrue(count > 450 && count < 750, first::toString));
    assertFalse(first.size() < 5);
  }

  private static List<String> ids(Placement placement) {
    return placement.hosts().stream().map(Server::id).toList();
  }
}
