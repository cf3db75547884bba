package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.State;
import io.mooring.server.presence.Digest;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Registrar;
import io.mooring.server.stand.Store;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.Identity;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is told of whom, on two servers and one Valkey. */
class PresenceTest {
  private static final int NORMAL = 1000;

  /** With it an SDK closes a socket that it takes for dead. */
  private static final int GIVEN_UP = 3000;

  private static final Grant PRESS =
      new Grant(
          "press-1",
          Optional.empty(),
          "publisher",
          new Channels(List.of("demo.*"), List.of()),
          Duration.ofHours(1));

  @TempDir private static Path folder;

  private static Store store;
  private static Edge edge;
  private static Stand one;
  private static Stand other;

  private final List<Closeable> clients = new ArrayList<>();
  private String room = "";

  @BeforeAll
  static void start() throws Exception {
    store = Store.start(Files.createDirectory(folder.resolve("valkey")));
    edge = new Edge(folder);
    one = stand("app-1", "2s");
    other = stand("app-2", "2s");
  }

  @AfterAll
  static void end() {
    one.close();
    other.close();
    store.close();
  }

  @BeforeEach
  void name() {
    room = "demo." + Long.toString(System.nanoTime(), 36);
  }

  @AfterEach
  void leave() throws IOException {
    for (Closeable client : clients) {
      client.close();
    }
  }

  private static Stand stand(String name, String resume) throws Exception {
    Stand stand =
        new Stand(
            Registrar.start(),
            edge,
            "--name=" + name,
            "--broker=redis",
            "--resume=" + resume,
            "--namespaces.quiet.open=true",
            "--redis.url=" + store.uri());
    stand.awaitRegistered();
    Awaitility.await().until(() -> stand.ready().startsWith("ready"));
    return stand;
  }

  @Test
  void tellsThoseWhoAskWhoIsThereAndWhoComesAndGoes() throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(other, "bob");

    assertEquals("join bob", change(ann));
    Client eve = client(other, "eve");
    JsonNode subbed = sub(eve, ",\"presence\":true");
    assertEquals(2, subbed.path("count").asInt());
    assertEquals("[{\"user\":\"ann\"},{\"user\":\"bob\"}]", subbed.path("members").toString());
    assertEquals("join eve", change(ann));
    assertEquals("join eve", change(eve));

    bob.peer().close(NORMAL);

    assertEquals("leave bob", change(ann));
    assertEquals("leave bob", change(eve));
  }

  @Test
  void tellsOfEachUserWhatItsTokenSays() throws IOException {
    Client ann = watcher(one, "ann");
    Identity bob = Edge.informed(edge.identity("bob"), "{\"name\":\"Bob B.\"}");
    Client first = open(other, bob);
    sub(first, "");

    JsonNode join = ann.await("join");
    assertEquals("Bob B.", join.path("info").path("name").asText());
    Client eve = client(other, "eve");
    JsonNode members = sub(eve, ",\"presence\":true").path("members");
    assertEquals("{\"user\":\"bob\",\"info\":{\"name\":\"Bob B.\"}}", members.get(1).toString());
    assertEquals("join eve", change(ann));

    first.ask("{\"op\":\"unsub\",\"id\":2,\"ch\":\"" + room + "\"}", "unsubbed");

    JsonNode leave = ann.await("leave");
    assertEquals("bob", leave.path("user").asText());
    assertEquals("Bob B.", leave.path("info").path("name").asText());
  }

  @Test
  void tellsNothingToThoseWhoDidNotAskAndNothingOfQuietRooms() throws IOException {
    Client ann = client(one, "ann");
    assertFalse(sub(ann, "").has("members"));
    Client bob = watcher(one, "bob");
    sub(client(one, "eve"), "");
    assertEquals("join eve", change(bob));

    ann.send("{\"op\":\"presence\",\"id\":7,\"ch\":\"" + room + "\"}");
    JsonNode first = ann.next();
    assertEquals("no_presence", first.path("code").asText(), first::toString);
    assertEquals(7, first.path("id").asInt());
    room = "quiet.room";
    assertFalse(sub(ann, ",\"presence\":true").has("members"));
    assertEquals(0, store.commands().exists("room:quiet.room:presence"));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void takesOneWhoAsksAgainForNoneWhoLeaves(boolean again) throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(other, "bob");
    assertEquals("join bob", change(ann));

    String more = again ? ",\"again\":true}" : "}";
    bob.ask("{\"op\":\"unsub\",\"id\":2,\"ch\":\"" + room + "\"" + more, "unsubbed");
    if (!again) {
      assertEquals("leave bob", change(ann));
    }
    sub(bob, "");
    if (!again) {
      assertEquals("join bob", change(ann));
    }

    awaitTheEndOfAWait(ann);
  }

  @Test
  void forgetsOneWhoAsksAgainAndDoesNotComeBack() throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(other, "bob");
    assertEquals("join bob", change(ann));

    bob.ask("{\"op\":\"unsub\",\"id\":2,\"ch\":\"" + room + "\",\"again\":true}", "unsubbed");

    assertEquals("leave bob", change(ann));
  }

  @Test
  void waitsForOneWhoGivesItsSocketUp() throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(other, "bob");
    assertEquals("join bob", change(ann));

    bob.peer().close(GIVEN_UP);
    Awaitility.await().until(() -> other.server().connections().count() == 0);
    subscriber(one, "bob");

    awaitTheEndOfAWait(ann);
  }

  @Test
  void pagesThroughALargeRoom() throws IOException {
    for (int i = 0; i < 120; i++) {
      subscriber(i % 2 == 0 ? one : other, "u" + (1_000 + i));
    }
    Awaitility.await()
        .until(() -> store.commands().hlen("room:" + room + ":presence").intValue() == 120);
    Client ann = client(one, "ann");

    JsonNode subbed = sub(ann, ",\"presence\":true");

    assertEquals(120, subbed.path("count").asInt());
    assertEquals(100, subbed.path("members").size());
    assertEquals("u1099", subbed.path("next").asText());
    assertEquals(digest(120), subbed.path("digest").asLong());
    assertEquals("join ann", change(ann));
    JsonNode rest =
        ann.ask(
            "{\"op\":\"presence\",\"id\":3,\"ch\":\"" + room + "\",\"after\":\"u1099\"}",
            "presence");
    assertEquals(3, rest.path("id").asInt());
    assertEquals(121, rest.path("count").asInt());
    assertEquals(20, rest.path("members").size());
    assertFalse(rest.has("next"));
  }

  @Test
  void countsAUserOnceHoweverManySocketsItHasAndWherever() throws IOException {
    Client ann = watcher(one, "ann");
    List<Client> devices =
        List.of(subscriber(one, "bob"), subscriber(one, "bob"), subscriber(other, "bob"));
    assertEquals("join bob", change(ann));

    devices.get(2).peer().close(NORMAL);
    devices.get(0).peer().close(NORMAL);
    assertEquals("", next(ann));
    devices.get(1).peer().close(NORMAL);

    assertEquals("leave bob", change(ann));
    Awaitility.await().until(() -> store.commands().exists("presence:bob") == 0);
  }

  @Test
  void keepsADocumentedKeyForEachUser() throws IOException {
    Client bob = client(other, "bob-of-two");
    Awaitility.await().until(() -> "app-2".equals(store.commands().get("presence:bob-of-two")));
    Client there = client(one, "bob-of-two");
    Awaitility.await().until(() -> store.commands().zcard("sockets:{presence:bob-of-two}") == 2);

    bob.peer().close(NORMAL);

    Awaitility.await().until(() -> "app-1".equals(store.commands().get("presence:bob-of-two")));
    there.peer().close(NORMAL);
    Awaitility.await().until(() -> store.commands().exists("presence:bob-of-two") == 0);
  }

  @Test
  void answersPagesFromMemoryWhereSomebodyIsTold() throws Exception {
    Client ann = watcher(one, "ann");
    subscriber(other, "bob");
    assertEquals("join bob", change(ann));
    String path = "presence/rooms/" + room + "?limit=1";
    String bearer = "Bearer " + edge.token(PRESS);
    try (Publisher known = new Publisher(one.server().httpPort(), "authorization", bearer);
        Publisher unknown = new Publisher(other.server().httpPort(), "authorization", bearer)) {
      JsonNode read = unknown.get(path).json();
      store.freeze();
      try {
        assertEquals(read, known.get(path).json());
        assertEquals("bob", known.get(path + "&after=ann").json().at("/members/0/user").asText());
        assertEquals(503, unknown.get(path).status());
      } finally {
        store.resume();
      }

      assertEquals("ann", read.path("next").asText());
      assertEquals(2, read.path("count").asInt());
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void saysNothingOfOneWhoIsLostAndComesBack(boolean elsewhere) throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(one, "bob");
    assertEquals("join bob", change(ann));

    bob.close();
    Awaitility.await().until(() -> one.server().connections().count() == 1);
    Client again = subscriber(elsewhere ? other : one, "bob");

    awaitTheEndOfAWait(ann);
    again.close();
    assertEquals("leave bob", change(ann));
  }

  @Test
  void saysNothingOfOneWhoMoves() throws Exception {
    Client ann = watcher(other, "ann");
    try (Stand leaving = stand("app-3", "2s")) {
      Client bob = subscriber(leaving, "bob");
      assertEquals("join bob", change(ann));
      leaving.registrar().drain("d1", 100, Duration.ofSeconds(60));
      bob.await("reconnect");

      bob.peer().close(NORMAL);
      subscriber(other, "bob");

      awaitTheEndOfAWait(ann);
    }
    assertEquals("", next(ann));
  }

  @Test
  void dropsTheUsersOfAServerThatIsDead() throws Exception {
    Client ann = watcher(one, "ann");
    Stand dying = stand("app-4", "1h");
    try (dying) {
      Client bob = subscriber(dying, "bob");
      assertEquals("join bob", change(ann));
      one.registrar().tell(fleet(1, true));
      bob.close();
    }

    one.registrar().tell(fleet(2, false));

    assertEquals("leave bob", change(ann));
    assertEquals(
        Optional.empty(),
        Optional.ofNullable(store.commands().hget("room:" + room + ":presence", "bob")));
  }

  @Test
  void remembersWhileRedisIsAwayAndIsRightWhenItIsBack() throws IOException {
    Client ann = watcher(one, "ann");
    Client bob = subscriber(one, "bob");
    assertEquals("join bob", change(ann));
    double before = failures();
    store.freeze();
    try {
      bob.peer().close(NORMAL);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> failures() > before);
    } finally {
      store.resume();
    }

    assertEquals("leave bob", change(ann));
  }

  private static long digest(int users) {
    Digest digest = new Digest();
    for (int i = 0; i < users; i++) {
      digest.add("u" + (1_000 + i));
    }
    return digest.value();
  }

  /** Of what is due by now the watcher has been told, and that was nothing. */
  private void awaitTheEndOfAWait(Client watcher) throws IOException {
    Client kim = subscriber(other, "kim");
    assertEquals("join kim", change(watcher));
    kim.close();
    assertEquals("leave kim", change(watcher));
  }

  /** What was told in vain, if anything, when somebody else's coming is told. */
  private String next(Client watcher) throws IOException {
    Client zoe = subscriber(other, "zoe");
    String told = change(watcher);
    zoe.peer().close(NORMAL);
    if (told.equals("join zoe")) {
      assertEquals("leave zoe", change(watcher));
      return "";
    }
    return told;
  }

  private static double failures() {
    return one.metrics()
        .lines()
        .filter(line -> line.startsWith("mooring_presence_failures_total"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static ServerCommand fleet(long revision, boolean alive) {
    Fleet.Builder fleet =
        Fleet.newBuilder().setIncarnation("life").setRevision(revision).setComplete(true);
    for (String id : alive ? List.of("app-1", "app-2", "app-4") : List.of("app-1", "app-2")) {
      fleet.addServers(
          io.mooring.registry.v1.Peer.newBuilder()
              .setServerId(id)
              .setGeneration(7)
              .setState(State.STATE_ACTIVE));
    }
    return ServerCommand.newBuilder().setFleet(fleet).build();
  }

  /** The next who has come or gone. */
  private static String change(Client client) throws IOException {
    JsonNode message = client.next();
    while (!List.of("join", "leave").contains(message.path("op").asText())) {
      message = client.next();
    }
    return message.path("op").asText() + " " + message.path("user").asText();
  }

  /** One who has asked, is alone there, and has heard of itself. */
  private Client watcher(Stand stand, String user) throws IOException {
    Client client = client(stand, user);
    JsonNode subbed = sub(client, ",\"presence\":true");
    if (subbed.path("count").asInt() == 0 || !names(subbed).contains(user)) {
      assertEquals("join " + user, change(client));
    }
    return client;
  }

  private static TreeSet<String> names(JsonNode page) {
    TreeSet<String> names = new TreeSet<>();
    page.path("members").forEach(member -> names.add(member.path("user").asText()));
    return names;
  }

  private Client subscriber(Stand stand, String user) throws IOException {
    Client client = client(stand, user);
    sub(client, "");
    return client;
  }

  private JsonNode sub(Client client, String more) throws IOException {
    return client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + room + "\"" + more + "}", "subbed");
  }

  private Client client(Stand stand, String user) throws IOException {
    return open(stand, edge.identity(user));
  }

  private Client open(Stand stand, Identity identity) throws IOException {
    Client client = Client.open(stand.port(), "/ws", edge.header(identity));
    clients.add(client);
    return client;
  }
}
