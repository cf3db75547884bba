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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that had everybody is killed, and nobody comes back. */
class GhostsTest {
  private static final int MANY = 6_000;
  private static final int FEW = 300;

  /** A lease of 12 s, and a second to hear of its end and to drop who was there. */
  private static final Duration BAR = Duration.ofSeconds(13);

  private static final Duration STALE = Duration.ofSeconds(45);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int AT_ONCE = 32;

  /** All users are in one room, and each hundred of them in a smaller one. */
  private static final String ROOM = "demo.ghosts";

  @TempDir Path state;

  @Test
  void ofSixThousandNobodyIsThereWhenTheLeaseHasEndedAndNothingInRedisAHalfMinuteLater()
      throws Exception {
    try (Tier tier = up();
        Haunted haunted = new Haunted(tier, MANY)) {
      long killed = haunted.kill();
      haunted.awaitNobody(killed);
      haunted.awaitNoKeys(killed);
    }
  }

  @Test
  void whoeverComesBackUnderTheSameIdHasNothingOfItsFormerLife() throws Exception {
    try (Tier tier = up();
        Haunted haunted = new Haunted(tier, FEW)) {
      long killed = haunted.kill();
      tier.start("app-1");
      haunted.awaitNobody(killed);
      try (Socket socket = haunted.connect("after")) {
        assertEquals(Set.of(socket.server()), haunted.presences.servers("after"));
      }
    }
  }

  private Tier up() throws IOException {
    return Tier.up(state, "--servers", "1", "--envoys", "1");
  }

  /** A tier whose first server has users, and whose second one has a witness. */
  private static final class Haunted implements AutoCloseable {
    final Presences presences;
    private final Tier tier;
    private final DemoTokens tokens;
    private final List<Socket> sockets = new ArrayList<>();
    private final Witness witness = new Witness();
    private final HttpClient http;
    private final MooringClient client;

    Haunted(Tier tier, int users) throws Exception {
      this.tier = tier;
      presences = new Presences(tier);
      tokens = new DemoTokens(new DevelopmentKeys(new StateFolder(tier.state()).keys()));
      http = HttpClient.newBuilder().sslContext(tier.trust()).build();
      List<CompletableFuture<Socket>> opening = new ArrayList<>();
      for (int i = 0; i < users; i++) {
        opening.add(tier.connect(tokens.issue("u" + i, Duration.ofHours(1))));
        if (opening.size() == AT_ONCE || i == users - 1) {
          for (CompletableFuture<Socket> each : opening) {
            Socket socket = each.get(30, TimeUnit.SECONDS);
            subscribe(socket, ROOM);
            subscribe(socket, ROOM + "-" + sockets.size() / 100);
            sockets.add(socket);
          }
          opening.clear();
        }
      }
      for (Socket socket : sockets) {
        socket.await("subbed");
        socket.await("subbed");
      }
      tier.mooring("dev", "add");
      tier.awaitServers(2);
      client = watch();
      Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == users + 1);
      Awaitility.await().atMost(PATIENCE).until(() -> presences.count(ROOM) == users + 1);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> presences.servers("u" + (users - 1)).equals(Set.of("app-1")));
    }

    /** On the server that nobody else is on. */
    private MooringClient watch() {
      String token = tokens.issue("witness", Duration.ofHours(1));
      while (true) {
        MooringClient one =
            MooringClient.builder(tier.edge()).token(() -> token).httpClient(http).build();
        one.connect();
        Awaitility.await().atMost(PATIENCE).until(() -> one.connection().isPresent());
        if (one.connection().orElseThrow().server().equals("app-2")) {
          one.subscribe(ROOM, witness, SubscribeOptions.DEFAULTS.withPresence());
          return one;
        }
        one.close();
      }
    }

    private static void subscribe(Socket socket, String channel) {
      socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + channel + "\"}");
    }

    Socket connect(String user) throws Exception {
      Socket socket =
          tier.connect(tokens.issue(user, Duration.ofHours(1))).get(10, TimeUnit.SECONDS);
      Awaitility.await().atMost(PATIENCE).until(() -> !presences.servers(user).isEmpty());
      return socket;
    }

    /** Returns when it was done, as {@link System#nanoTime}. */
    long kill() {
      long now = System.nanoTime();
      tier.kill("app-1");
      return now;
    }

    /** Whoever asks and whoever listens knows of nobody but the witness. */
    void awaitNobody(long killed) {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> witness.names().equals(Set.of("witness")));
      long told = millis(killed);
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> System.nanoTime() - killed >= BAR.toNanos());
      int ghosts = presences.count(ROOM) - 1;
      int inSmaller = 0;
      int online = 0;
      for (int i = 0; i < sockets.size(); i += 100) {
        inSmaller += presences.count(ROOM + "-" + i / 100);
        online += presences.servers("u" + i).isEmpty() ? 0 : 1;
      }
      System.out.printf(
          "presence: of %d users of a killed server the last left after %d ms; after %d ms by GET"
              + " %d in their room, %d in %d smaller ones, %d of every hundredth online%n",
          sockets.size(), told, millis(killed), ghosts, inSmaller, sockets.size() / 100, online);
      assertEquals(sockets.size(), witness.left().size());
      assertTrue(told <= BAR.toMillis(), () -> "told after " + told + " ms");
      assertEquals(0, ghosts);
      assertEquals(0, inSmaller);
      assertEquals(0, online);
    }

    void awaitNoKeys(long killed) throws IOException {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> System.nanoTime() - killed >= STALE.toNanos());
      try (RedisConnection redis = tier.redis()) {
        List<String> users = redis.ask("KEYS", "*presence:u*").lines().toList();
        List<String> rooms = redis.ask("KEYS", "*room:" + ROOM + "-*").lines().toList();
        String members = redis.ask("HKEYS", "room:" + ROOM + ":presence");
        System.out.printf(
            "presence: after %d ms in Redis %d keys of users, %d of rooms, and in the room: %s%n",
            millis(killed), users.size(), rooms.size(), members.strip());
        assertEquals(List.of(), users);
        assertEquals(List.of(), rooms);
        assertEquals("witness", members.strip());
      }
    }

    private static long millis(long since) {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    @Override
    public void close() {
      client.close();
      sockets.forEach(Socket::drop);
      http.close();
      presences.close();
    }
  }
}
