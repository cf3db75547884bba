package io.mooring.containers;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.cert.X509Certificate;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** The control planes look once a second, and the Envoys follow; the rest is a busy machine. */
  private static final Duration ROTATED = Duration.ofSeconds(20);

  @AutoClose private static Tier tier;

  @BeforeAll
  static void startTheTier() throws Exception {
    tier = Tier.start();
  }

  @AfterEach
  void everyServerIsBack() {
    tier.closeClients();
    awaitActive(SERVERS);
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
  void aCertificateThatIsRenamedIntoPlaceIsServedByEachEdgeAndNoSocketEnds() throws Exception {
    Client before = tier.connect("edge-1");
    X509Certificate old = tier.served("edge-1");

    tier.renewCertificate();

    for (String edge : List.of("edge-1", "edge-2")) {
      await(edge).atMost(ROTATED).until(() -> !tier.served(edge).equals(old));
      assertTrue(SERVERS.contains(tier.connect(edge).server()));
    }
    assertFalse(before.closed().isDone());
  }

  @ParameterizedTest
  @CsvSource({
    // What, from where, and whether it may be reached.
    "xDS,       edge-1, control-1, edge,    7110, true",
    "xDS,       app-1,  control-1, edge,    7110, false",
    "xDS,       app-1,  control-1, servers, 7110, false",
    "ext_authz, edge-1, auth-1,    edge,    7120, true",
    "ext_authz, app-1,  auth-1,    edge,    7120, false",
    "registry,  app-1,  control-1, servers, 7100, true",
    "websocket, edge-1, app-1,     servers, 7200, true",
  })
  void whoReachesWhat(
      String what, String from, String to, String network, int port, boolean reached)
      throws Exception {
    String address = tier.containers().addressesOf(to).get(network);

    assertEquals(
        reached,
        tier.containers()
            .succeeds(
                from, "timeout", "3", "bash", "-c", "exec 3<>/dev/tcp/" + address + "/" + port),
        what);
  }

  @Test
  void valkeyTellsNobodyAnythingWithoutThePassword() throws Exception {
    String ask =
        """
        exec 3<>/dev/tcp/valkey/6379
        printf 'HGETALL {mooring}:servers\\r\\n' >&3
        read -r answer <&3
        [[ $answer == -NOAUTH* ]]""";

    assertTrue(tier.containers().succeeds("edge-1", "bash", "-c", ask));
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
      awaitActive(without(victim));
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
      awaitActive(without(victim));
      assertNotEquals(victim, tier.connect("edge-1").server());
    } finally {
      tier.containers().resume(victim);
    }

    awaitActive(SERVERS);
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
      awaitActive(without(victim));
    } finally {
      tier.containers().heal(victim);
    }

    awaitActive(SERVERS);
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
          .ignoreExceptionsInstanceOf(IOException.class)
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
      awaitActive(without(victim));
    } finally {
      exit.join();
      tier.containers().start(victim);
    }
  }

  /** One that does not answer in time is asked again. */
  private static void awaitActive(Set<String> servers) {
    await()
        .atMost(LEASE_ENDS)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> tier.active().equals(servers));
  }

  private static Set<String> without(String server) {
    return SERVERS.stream().filter(other -> !other.equals(server)).collect(toSet());
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
