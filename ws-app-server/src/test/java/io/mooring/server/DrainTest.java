package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.State;
import io.mooring.server.drain.Drain;
import io.mooring.server.registration.Order;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import io.mooring.token.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server whose clients are moved away, by order of the registry or because it was told to stop.
 */
class DrainTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;

  private final List<Client> clients = new ArrayList<>();
  private Stand stand;

  @BeforeEach
  void start() throws IOException {
    stand = new Stand(folder);
  }

  @AfterEach
  void end() throws IOException {
    for (Client client : clients) {
      client.close();
    }
    stand.close();
  }

  @Test
  void refusesNewClientsAndKeepsThoseItHasUntilTheMovesAreReleased() throws Exception {
    Client ann = client("ann");
    stand.registrar().state = State.STATE_DRAINING;
    awaitRefusing();

    assertRefused();
    assertEquals("ready\n", stand.ready());
    ann.subscribe("demo.room");
    assertEquals(Departures.getDefaultInstance(), stand.registrar().lastDepartures());

    stand.registrar().cancelDrain();

    Awaitility.await().until(() -> !stand.registrar().reports.getLast().getLoad().getRefusing());
    client("bob");
  }

  @Test
  void tellsEachClientItsSlotAndIsFinishedWhenTheLastHasGone() throws Exception {
    clients(40);

    stand.registrar().drain("d1", 100, LONG);

    for (Client client : clients) {
      JsonNode reconnect = client.await("reconnect");
      assertEquals("drain", reconnect.path("reason").asText());
      assertFalse(reconnect.has("url"));
      long after = reconnect.path("after_ms").asLong(-1);
      assertTrue(after >= 0 && after <= 1_000, reconnect::toString);
    }
    awaitDepartures(departures("d1", 40, 40, 0, 0));
    assertTrue(stand.metrics().contains("mooring_drain_told 40.0\n"), stand.metrics());
    assertFalse(stand.server().departed().isDone());

    for (Client client : clients) {
      client.close();
    }

    stand.server().departed().get(10, TimeUnit.SECONDS);
    stand.server().close();
    assertEquals(7, stand.registrar().departures.getFirst().getClaim().getGeneration());
    assertEquals(departures("d1", 40, 40, 40, 0), lastWords());
  }

  @Test
  void isFinishedAtOnceWithNobodyToMove() throws Exception {
    stand.registrar().drain("d1", 0, LONG);

    stand.server().departed().get(10, TimeUnit.SECONDS);
  }

  @Test
  void tellsNobodyMoreOnceTheDrainIsCalledOff() throws Exception {
    clients(20);
    stand.registrar().drain("d1", 1, LONG);
    Awaitility.await().until(() -> stand.registrar().lastDepartures().getTold() >= 2);

    stand.registrar().cancelDrain();

    awaitDepartures(Departures.getDefaultInstance());
    client("bob");
    int told = 0;
    for (Client client : clients) {
      client.send("{\"op\":\"unsub\",\"id\":9,\"ch\":\"demo.none\"}");
      told += client.next().path("op").asText().equals("reconnect") ? 1 : 0;
    }
    assertTrue(told >= 2 && told < 20, "told " + told);
    assertFalse(stand.server().departed().isDone());
  }

  @Test
  void goesOnWhereItWasWhenTheSameDrainIsOrderedAgain() throws Exception {
    clients(30);
    stand.registrar().drain("d1", 1, LONG);
    Awaitility.await().until(() -> stand.registrar().lastDepartures().getTold() >= 1);
    stand.registrar().cancelDrain();
    awaitDepartures(Departures.getDefaultInstance());

    stand.registrar().drain("d1", 200, LONG);

    awaitDepartures(departures("d1", 30, 30, 0, 0));
    for (Client client : clients) {
      client.await("reconnect");
      client.send("{\"op\":\"unsub\",\"id\":9,\"ch\":\"demo.none\"}");
      assertEquals("unsubbed", client.next().path("op").asText());
    }
  }

  @Test
  void takesAnotherRateForTheRest() throws Exception {
    clients(30);
    stand.registrar().drain("d1", 1, LONG);
    Awaitility.await().until(() -> stand.registrar().lastDepartures().getTold() >= 1);

    stand.registrar().drain("d1", 200, LONG);

    awaitDepartures(departures("d1", 30, 30, 0, 0));
    for (Client client : clients) {
      client.await("reconnect");
    }
  }

  @Test
  void closesThoseThatHaveNotGoneTenSecondsBeforeTheDeadline() throws Exception {
    clients(10);
    stand.registrar().drain("d1", 10, LONG);
    Awaitility.await().until(() -> stand.registrar().lastDepartures().getTold() >= 3);

    stand.registrar().drain("d1", 10, Duration.ofSeconds(10));

    List<Long> slots = new ArrayList<>();
    for (Client client : clients) {
      Frame close = client.peer().read(8);
      assertEquals(4200, close.closeCode());
      assertTrue(close.closeReason().matches("r=drain;ra=\\d+"), close::toString);
      slots.add(Long.valueOf(close.closeReason().substring("r=drain;ra=".length())));
      client.peer().close(4200);
    }
    slots.sort(null);
    assertTrue(slots.getLast() - slots.getFirst() >= 800, () -> "slots " + slots);
    stand.server().departed().get(10, TimeUnit.SECONDS);
    assertTrue(stand.metrics().contains("mooring_drain_stragglers 10.0\n"), stand.metrics());
    stand.server().close();
    assertEquals(10, lastWords().getGone());
    assertEquals(10, lastWords().getStragglers());
  }

  @Test
  void tellsTheRestInTimeWhenItIsToldToStopDuringALongDrain() throws Exception {
    clients(30);
    try (Drain drain = new Drain(stand.server().connections(), () -> {})) {
      drain.move(new Order("d1", 1, LONG));
      awaitTold(drain, 1);

      drain.depart(new Order("", 100, Duration.ofSeconds(14)), new CompletableFuture<>());

      awaitTold(drain, 30);
      assertEquals(0, drain.progress().orElseThrow().stragglers());
    }
  }

  @Test
  void grantsNoOrderMoreThanItsOwnDeadlineOnceItIsToldToStop() throws Exception {
    clients(30);
    try (Drain drain = new Drain(stand.server().connections(), () -> {})) {
      drain.depart(new Order("", 100, Duration.ofSeconds(14)), new CompletableFuture<>());
      drain.move(new Order("d1", 2, LONG));
      drain.move(new Order("d1", 1, LONG));

      awaitTold(drain, 30);
      assertEquals(0, drain.progress().orElseThrow().stragglers());
    }
  }

  @Test
  void closesTheRestAtItsOwnRateWhenItIsToldToStopWithNoTimeLeft() throws Exception {
    clients(30);
    try (Drain drain = new Drain(stand.server().connections(), () -> {})) {
      drain.move(new Order("d1", 1, LONG));
      awaitTold(drain, 1);

      drain.depart(new Order("", 100, Duration.ofSeconds(10)), new CompletableFuture<>());

      for (Client client : clients) {
        Frame close = client.peer().read(8);
        assertEquals(4200, close.closeCode());
        long slot = Long.parseLong(close.closeReason().substring("r=drain;ra=".length()));
        assertTrue(slot <= 5_000, close::toString);
        client.peer().close(4200);
      }
      drain.finished().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void movesAClientThatEntersWhenTheDrainHasBegun() throws Exception {
    clients(1);
    try (Drain drain = new Drain(stand.server().connections(), () -> {})) {
      drain.move(new Order("d1", 50, LONG));
      clients.getFirst().await("reconnect");

      client("late").await("reconnect");
    }
  }

  @Test
  void refusesAHandshakeWhoseHeadIsNotWholeWhenTheDrainBegins() throws Exception {
    try (Peer slow = Peer.connect(stand.port())) {
      String handshake = Peer.handshake("/ws", stand.edge().header("ann"));
      slow.send(handshake.substring(0, 40));
      clients(1);
      stand.registrar().drain("d1", 50, LONG);
      clients.getFirst().await("reconnect");

      slow.send(handshake.substring(40));

      assertTrue(slow.response().contains("\"draining\""));
    }
  }

  @Test
  void leavesASocketThatWasToldToReconnectBesideTheNewerOne() throws Exception {
    Identity first = stand.edge().identity("ann");
    Client older = open(first);
    stand.registrar().drain("d1", 50, LONG);
    older.await("reconnect");
    stand.registrar().cancelDrain();
    Awaitility.await().until(() -> !stand.registrar().reports.getLast().getLoad().getRefusing());

    Client newer = open(Edge.signedAt(first, first.iat() + 1));

    newer.subscribe("demo.room");
    older.subscribe("demo.room");
    newer.ask("{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":1}", "pubbed");
    assertEquals(1, older.await("msg").path("data").asInt());

    stand.registrar().drain("d2", 50, LONG);

    older.await("reconnect");
    newer.await("reconnect");
    awaitDepartures(departures("d2", 2, 2, 0, 0));
  }

  @Test
  void endsAtOnceWhenItIsToldToStopAndNobodyIsConnected() throws Exception {
    stand.server().depart();

    stand.server().departed().get(10, TimeUnit.SECONDS);
    assertRefused();
  }

  @Test
  void hasItselfDrainedWhenItIsToldToStop() throws Exception {
    Client ann = client("ann");

    stand.server().depart();

    assertRefused();
    ann.await("reconnect");
    assertEquals(300_000, stand.registrar().wishes.getFirst().getDeadlineMs());
    awaitDepartures(departures("wish", 1, 1, 0, 0));
    stand.registrar().drain("another", 50, LONG);
    awaitDepartures(departures("another", 1, 1, 0, 0));
    ann.send("{\"op\":\"unsub\",\"id\":9,\"ch\":\"demo.none\"}");
    assertEquals("unsubbed", ann.next().path("op").asText());
    ann.close();
    stand.server().departed().get(10, TimeUnit.SECONDS);
  }

  @Test
  void drainsByItselfWhenNoRegistryAnswersAndGoesOnUnderTheRegistrysName() throws Exception {
    clients(2);
    stand.registrar().grants = false;

    stand.server().depart();

    for (Client client : clients) {
      client.await("reconnect");
    }
    awaitDepartures(departures("", 2, 2, 0, 0));
    stand.registrar().grants = true;
    awaitDepartures(departures("wish", 2, 2, 0, 0));
    stand.registrar().cancelDrain();
    Awaitility.await().until(() -> stand.registrar().wishes.size() >= 4);
    awaitDepartures(departures("wish", 2, 2, 0, 0));
    assertRefused();
  }

  @Test
  void sendsNothingMoreButTheSlotsWhenAnotherInstanceHasItsId() throws Exception {
    clients(30);
    for (Client client : clients) {
      client.subscribe("demo.room");
    }

    stand.registrar().mood = Registrar.Mood.FENCES;

    for (Client client : clients) {
      Frame close = client.peer().read(8);
      assertEquals(4200, close.closeCode());
      assertTrue(close.closeReason().matches("r=drain;ra=\\d+"), close::toString);
      client.peer().close(4200);
    }
    stand.server().departed().get(10, TimeUnit.SECONDS);
    assertEquals(0, stand.registrar().departures.size());
  }

  private void clients(int count) {
    for (int i = 0; i < count; i++) {
      client("user" + i);
    }
  }

  private Client client(String user) {
    Client client = stand.client(user);
    clients.add(client);
    return client;
  }

  private Client open(Identity identity) throws IOException {
    Client client = Client.open(stand.port(), "/ws", stand.edge().header(identity));
    clients.add(client);
    return client;
  }

  private void awaitRefusing() {
    Awaitility.await().until(() -> stand.registrar().reports.getLast().getLoad().getRefusing());
  }

  private void awaitDepartures(Departures expected) {
    Awaitility.await().until(() -> stand.registrar().lastDepartures().equals(expected));
  }

  /** What the registry is told while the server leaves it. */
  private Departures lastWords() {
    return stand.registrar().departures.getFirst().getLoad().getDepartures();
  }

  private static void awaitTold(Drain drain, int least) {
    Awaitility.await().until(() -> drain.progress().filter(now -> now.told() >= least).isPresent());
  }

  private void assertRefused() throws IOException {
    try (Peer peer = Peer.connect(stand.port())) {
      String response = peer.upgrade("/ws", stand.edge().header("eve"));

      assertTrue(response.startsWith("HTTP/1.1 503 "), response);
      assertTrue(response.contains("Connection: close\r\n"), response);
      assertTrue(response.contains("\"code\":\"draining\""), response);
      assertTrue(peer.ended());
    }
  }

  private static Departures departures(
      String drain, int total, int told, int gone, int stragglers) {
    return Departures.newBuilder()
        .setDrainId(drain)
        .setTotal(total)
        .setTold(told)
        .setGone(gone)
        .setStragglers(stragglers)
        .build();
  }
}
