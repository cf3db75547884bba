package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.keys.DemoTokens;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.cli.state.StateFolder;
import io.mooring.client.MooringClient;
import io.mooring.client.SubscribeOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is present in the whole tier: no ghosts after a crash, and nobody who leaves without having
 * left.
 */
class PresenceTest {
  /** A lease of 12 s, and a second to hear of its end and to drop who was there. */
  private static final Duration BAR = Duration.ofSeconds(13);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int USERS = 12;
  private static final int OBSERVERS = 100;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static HttpClient http;
  @AutoClose private static Presences presences;
  private static DemoTokens tokens;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state, "--servers", "3", "--envoys", "1");
    http = HttpClient.newBuilder().sslContext(tier.trust()).build();
    presences = new Presences(tier);
    tokens = new DemoTokens(new DevelopmentKeys(new StateFolder(state).keys()));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable client : open) {
      client.close();
    }
  }

  @Test
  void nobodyIsThereAnyMoreWhenTheLeaseOfAKilledServerHasEnded() throws Exception {
    String room = "demo.ghosts";
    // Whoever reads it finds out alone that its members' server is dead.
    String unwatched = "demo.ghosts-of-whom-nobody-hears";
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      sockets.add(present("g" + i, room));
    }
    String killed = sockets.getFirst().server();
    Set<String> ghosts = new TreeSet<>();
    for (int i = 0; i < USERS; i++) {
      if (sockets.get(i).server().equals(killed)) {
        ghosts.add("g" + i);
      }
    }
    for (int i = 0; i < USERS; i++) {
      if (ghosts.contains("g" + i)) {
        sockets.get(i).send("{\"op\":\"sub\",\"id\":2,\"ch\":\"" + unwatched + "\"}");
      }
    }
    Awaitility.await().atMost(PATIENCE).until(() -> presences.members(unwatched).equals(ghosts));
    Witness witness = new Witness();
    look("witness-1", room, witness);
    Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == USERS + 1);
    witness.events.clear();

    long before = System.nanoTime();
    tier.kill(killed);
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> witness.left().containsAll(ghosts));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
    Set<String> there = presences.members(unwatched);
    Set<String> left = witness.left();
    Set<String> stayed = presences.members(room);
    tier.start(killed);
    tier.awaitServers(3);

    System.out.printf(
        "presence: %d users of a killed server left after %d ms, %d ghosts by GET%n",
        ghosts.size(), millis, there.size());
    assertEquals(Set.of(), there);
    assertEquals(ghosts, left);
    assertEquals(witness.names(), stayed);
    assertTrue(millis <= BAR.toMillis(), () -> "left after " + millis + " ms");
  }

  @Test
  void noneOfAHundredIsToldOfAnythingWhileEachServerIsDrained() throws Exception {
    String room = "demo.rolling";
    List<Witness> witnesses = new ArrayList<>();
    List<MooringClient> clients = new ArrayList<>();
    for (int i = 0; i < OBSERVERS; i++) {
      Witness witness = new Witness();
      clients.add(look("r" + i, room, witness));
      witnesses.add(witness);
    }
    for (Witness witness : witnesses) {
      Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == OBSERVERS);
    }
    witnesses.forEach(witness -> witness.events.clear());

    for (String server : List.of("app-1", "app-2", "app-3")) {
      tier.mooring("drain", server, "--rate", "20", "--deadline", "60s");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> tier.process(server).path("state").asText().equals("exited"));
      tier.start(server);
      tier.awaitServers(3);
    }
    awaitResumeWindow(room, witnesses);

    long moves = clients.stream().mapToLong(client -> client.counters().moves()).sum();
    System.out.printf(
        "presence: three servers drained, %d moves, told of it to %d observers: nothing%n",
        moves, OBSERVERS);
    for (Witness witness : witnesses) {
      assertEquals(List.of("joined last", "left last"), witness.events);
      assertEquals(OBSERVERS, witness.names().size());
    }
    assertTrue(moves >= OBSERVERS, () -> moves + " moves");
  }

  @Test
  void whoDropsAndIsBackSoonHasNotLeftAndWhoLogsOutHasLeftWithinASecond() throws Exception {
    String room = "demo.returning";
    Witness witness = new Witness();
    look("witness-3", room, witness);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      sockets.add(present("d" + i, room));
    }
    Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == USERS + 1);
    witness.events.clear();

    sockets.forEach(Socket::drop);
    for (int i = 0; i < USERS; i++) {
      sockets.set(i, present("d" + i, room));
    }
    awaitResumeWindow(room, List.of(witness));
    assertEquals(List.of("joined last", "left last"), witness.events);

    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      String user = "d" + i;
      long before = System.nanoTime();
      sockets.get(i).close();
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> witness.left().contains(user));
      millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
    }
    System.out.println("presence: left after a logout, ms: " + millis);
    assertTrue(millis.stream().allMatch(each -> each <= 1_000), millis::toString);
    assertEquals(Set.of("witness-3"), presences.members(room));
  }

  @ParameterizedTest
  @ValueSource(strings = {"012", "021", "102", "120", "201", "210"})
  void aUserIsThereUntilTheLastOfItsThreeSocketsOnThreeServersIsClosed(String order)
      throws Exception {
    String user = "three-" + order;
    String room = "demo.three-" + order;
    Map<String, Socket> byServer = new TreeMap<>();
    while (byServer.size() < 3) {
      Socket socket = present(user, room);
      if (byServer.putIfAbsent(socket.server(), socket) != null) {
        socket.close();
      }
    }
    Awaitility.await().atMost(PATIENCE).until(() -> presences.servers(user).size() == 3);

    List<Map.Entry<String, Socket>> sockets = List.copyOf(byServer.entrySet());
    Set<String> left = new TreeSet<>(byServer.keySet());
    try (RedisConnection redis = tier.redis()) {
      for (char each : order.toCharArray()) {
        Map.Entry<String, Socket> next = sockets.get(each - '0');
        next.getValue().close();
        left.remove(next.getKey());
        Awaitility.await().atMost(PATIENCE).until(() -> presences.servers(user).equals(left));
        if (!left.isEmpty()) {
          assertTrue(left.contains(redis.ask("GET", "presence:" + user)));
          Awaitility.await()
              .atMost(PATIENCE)
              .until(() -> left.contains(redis.ask("HGET", "room:" + room + ":presence", user)));
          assertEquals(Set.of(user), presences.members(room));
        }
      }
      Awaitility.await().atMost(PATIENCE).until(() -> presences.members(room).isEmpty());
      assertEquals("0", redis.ask("EXISTS", "presence:" + user));
      assertEquals("0", redis.ask("EXISTS", "room:" + room + ":presence"));
    }
  }

  /** Whoever is lost now leaves later than whoever was lost before. */
  private void awaitResumeWindow(String room, List<Witness> witnesses) throws Exception {
    present("last", room).drop();
    for (Witness witness : witnesses) {
      Awaitility.await().atMost(PATIENCE).until(() -> witness.events.contains("left last"));
    }
  }

  private Socket present(String user, String room) throws Exception {
    Socket socket = tier.connect(tokens.issue(user, Duration.ofHours(1))).get(10, TimeUnit.SECONDS);
    open.add(socket);
    socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + room + "\"}");
    socket.await("subbed");
    return socket;
  }

  private MooringClient look(String user, String room, Witness witness) {
    String token = tokens.issue(user, Duration.ofHours(1));
    MooringClient client =
        MooringClient.builder(tier.edge()).token(() -> token).httpClient(http).build();
    open.add(client);
    client.connect();
    client.subscribe(room, witness, SubscribeOptions.DEFAULTS.withPresence());
    return client;
  }
}
