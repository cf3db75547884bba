package io.mooring.containers;

import static java.util.stream.Collectors.groupingBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a container engine may do to the tier: pause, kill, stop, cut the cable. The bounds are
 * those of a client that keeps trying on a machine with two busy processors.
 */
class ContainersTest {
  /** Enough that every server has some. */
  private static final int CLIENTS = 24;

  private static final Set<String> SERVERS = Set.of("app-1", "app-2", "app-3");

  /** A lease and its grace, and the time that a busy machine takes. */
  private static final Duration LEASE_ENDS = Duration.ofSeconds(60);

  @AutoClose private static Tier tier;

  @BeforeAll
  static void startTheTier() throws Exception {
    tier = Tier.start();
  }

  @AfterEach
  void everyServerIsBack() {
    tier.closeClients();
    await().atMost(LEASE_ENDS).until(() -> tier.active().equals(SERVERS));
  }

  @Test
  void aClientReachesHelloThroughEachEdgeAndComesBackToItsServer() {
    for (String edge : List.of("edge-1", "edge-2")) {
      Client first = tier.connect(edge);
      Client again = tier.comeBack(first);

      assertTrue(SERVERS.contains(first.server()), first.server());
      assertEquals(first.server(), again.server());
    }
  }

  @Test
  void theClientsOfAKilledServerComeBackOnOthers() {
    Map<String, List<Client>> clients = clientsByServer();
    String victim = "app-1";

    tier.containers().kill(victim);
    try {
      for (Client lost : of(victim, clients)) {
        assertEquals(1006, lost.closed().orTimeout(30, TimeUnit.SECONDS).join());
        assertNotEquals(victim, tier.comeBack(lost).server());
      }
      await().atMost(LEASE_ENDS).until(() -> !tier.active().contains(victim));
      clients.entrySet().stream()
          .filter(server -> !server.getKey().equals(victim))
          .flatMap(server -> server.getValue().stream())
          .forEach(other -> assertFalse(other.closed().isDone(), other.server()));
    } finally {
      tier.containers().start(victim);
    }
  }

  @Test
  void nobodyLandsOnAPausedServerAndItIsTakenBackWhenItGoesOn() {
    Map<String, List<Client>> clients = clientsByServer();
    String victim = "app-2";

    tier.containers().pause(victim);
    try {
      for (Client frozen : of(victim, clients)) {
        assertNotEquals(victim, tier.comeBack(frozen).server());
      }
      await().atMost(LEASE_ENDS).until(() -> !tier.active().contains(victim));
      assertNotEquals(victim, tier.connect("edge-1").server());
    } finally {
      tier.containers().resume(victim);
    }

    await().atMost(LEASE_ENDS).until(() -> tier.active().contains(victim));
    Client pinned = of(victim, clients).getFirst();
    await().atMost(LEASE_ENDS).until(() -> tier.comeBack(pinned).server().equals(victim));
  }

  @Test
  void theClientsOfAServerThatIsCutOffComeBackOnOthers() {
    Map<String, List<Client>> clients = clientsByServer();
    String victim = "app-3";

    tier.containers().cut(victim);
    try {
      for (Client cut : of(victim, clients)) {
        assertNotEquals(victim, tier.comeBack(cut).server());
      }
      await().atMost(LEASE_ENDS).until(() -> !tier.active().contains(victim));
    } finally {
      tier.containers().heal(victim);
    }

    await().atMost(LEASE_ENDS).until(() -> tier.active().contains(victim));
  }

  @Test
  void aControlPlaneThatIsCutOffTakesNoServerAndNoSocketWithIt() {
    Map<String, List<Client>> clients = clientsByServer();

    tier.containers().cut("control-2");
    try {
      // Longer than a lease: the sessions that were held there go on at the other one.
      await()
          .during(Duration.ofSeconds(15))
          .atMost(LEASE_ENDS)
          .until(() -> tier.active().equals(SERVERS));
      for (String edge : List.of("edge-1", "edge-2")) {
        assertTrue(SERVERS.contains(tier.connect(edge).server()));
      }
    } finally {
      tier.containers().heal("control-2");
    }

    clients.values().stream()
        .flatMap(List::stream)
        .forEach(client -> assertFalse(client.closed().isDone(), client.server()));
  }

  @Test
  void aStoppedServerSendsItsClientsAwayAndEndsByItself() {
    Map<String, List<Client>> clients = clientsByServer();
    String victim = "app-1";

    // On a thread of its own: the HTTP client completes its answers on the common pool's only one.
    CompletableFuture<Long> exit =
        CompletableFuture.supplyAsync(
            () -> tier.containers().stop(victim, Duration.ofSeconds(90)),
            Thread::startVirtualThread);
    try {
      for (Client told : of(victim, clients)) {
        told.leaving().orTimeout(60, TimeUnit.SECONDS).join();
        assertNotEquals(victim, tier.comeBack(told).server());
        assertFalse(told.closed().isDone(), "cut before it could move");
        told.close();
      }

      assertEquals(0, exit.join(), () -> tier.containers().log(victim));
      await().atMost(LEASE_ENDS).until(() -> !tier.active().contains(victim));
    } finally {
      exit.join();
      tier.containers().start(victim);
    }
  }

  private static List<Client> of(String server, Map<String, List<Client>> clients) {
    return clients.getOrDefault(server, List.of());
  }

  /** Connected once every edge and filter has heard of every server. */
  private static Map<String, List<Client>> clientsByServer() {
    return await()
        .atMost(LEASE_ENDS)
        .until(
            () -> tier.connect(CLIENTS).stream().collect(groupingBy(Client::server)),
            clients -> clients.keySet().equals(SERVERS));
  }
}
