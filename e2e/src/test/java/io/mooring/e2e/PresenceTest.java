package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.client.Listener;
import io.mooring.client.Member;
import io.mooring.client.MooringClient;
import io.mooring.client.SubscribeOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is present in the whole tier: no ghosts after a crash, nobody leaves in a rolling drain. */
class PresenceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A lease of 12 s, and a second to hear of its end and to drop who was there. */
  private static final Duration BAR = Duration.ofSeconds(13);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int USERS = 12;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static HttpClient http;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state, "--servers", "3", "--envoys", "1");
    http = HttpClient.newBuilder().sslContext(tier.trust()).build();
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
      Socket socket = tier.connect(tier.token("--sub", "g" + i)).get(10, TimeUnit.SECONDS);
      open.add(socket);
      sockets.add(socket);
      socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + room + "\"}");
      socket.await("subbed");
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
    Awaitility.await().atMost(PATIENCE).until(() -> members(unwatched).equals(ghosts));
    Witness witness = new Witness();
    witness.look("witness-1", room);
    Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == USERS + 1);
    witness.events.clear();

    long before = System.nanoTime();
    tier.kill(killed);
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> witness.left().containsAll(ghosts));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
    Set<String> there = members(unwatched);
    Set<String> left = witness.left();
    Set<String> stayed = members(room);
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
  void nobodyLeavesWhileEachServerIsDrained() throws Exception {
    String room = "demo.rolling";
    Witness witness = new Witness();
    MooringClient eye = witness.look("witness-2", room);
    for (int i = 0; i < USERS; i++) {
      client("r" + i).subscribe(room, new Listener() {});
    }
    Awaitility.await().atMost(PATIENCE).until(() -> witness.names().size() == USERS + 1);
    witness.events.clear();

    for (String server : List.of("app-1", "app-2", "app-3")) {
      tier.mooring("drain", server, "--rate", "20", "--deadline", "60s");
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> tier.process(server).path("state").asText().equals("exited"));
      tier.start(server);
      tier.awaitServers(3);
    }
    // Whoever is lost now leaves later than whoever was lost before.
    Socket last = tier.connect(tier.token("--sub", "last")).get(10, TimeUnit.SECONDS);
    last.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + room + "\"}");
    last.await("subbed");
    last.drop();
    Awaitility.await().atMost(PATIENCE).until(() -> witness.events.contains("left last"));

    assertEquals(List.of("joined last", "left last"), witness.events);
    assertEquals(USERS + 1, witness.names().size());
    assertTrue(eye.counters().moves() > 0, "the witness was moved, too");
  }

  private static Set<String> members(String room) throws Exception {
    JsonNode answer = JSON.readTree(tier.mooring("presence", "--room", room, "-o", "json"));
    Set<String> there = new TreeSet<>();
    answer.path("members").forEach(member -> there.add(member.path("user").asText()));
    return there;
  }

  private MooringClient client(String user) {
    String token = tier.token("--sub", user, "--ttl", "1h");
    MooringClient client =
        MooringClient.builder(tier.edge()).token(() -> token).httpClient(http).build();
    open.add(client);
    client.connect();
    return client;
  }

  /** Writes down what it is told of a room. */
  private final class Witness implements Listener {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final Set<String> there = new TreeSet<>();

    MooringClient look(String user, String room) {
      MooringClient client = client(user);
      client.subscribe(room, this, SubscribeOptions.DEFAULTS.withPresence());
      return client;
    }

    @Override
    public synchronized void members(List<Member> members) {
      members.forEach(member -> there.add(member.user()));
    }

    @Override
    public synchronized void joined(Member member) {
      there.add(member.user());
      events.add("joined " + member.user());
    }

    @Override
    public synchronized void left(Member member) {
      there.remove(member.user());
      events.add("left " + member.user());
    }

    synchronized Set<String> names() {
      return Set.copyOf(there);
    }

    Set<String> left() {
      Set<String> left = new TreeSet<>();
      events.stream()
          .filter(event -> event.startsWith("left "))
          .forEach(event -> left.add(event.substring("left ".length())));
      return left;
    }
  }
}
