package io.mooring.client;

import static io.mooring.client.State.CONNECTING;
import static io.mooring.client.State.MOVING;
import static io.mooring.client.State.OPEN;
import static io.mooring.client.State.WAITING;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Make before break: the next socket takes over while the old one lives. */
class MovingTest {
  private static final String ROOM = "demo.a";

  private final Harbour harbour = new Harbour();
  private final Quay quay = harbour.quay;
  private final HandTimers timers = harbour.timers;
  private final Logbook book = harbour.book;
  private final MooringClient client = harbour.client;

  @AfterEach
  void leave() {
    harbour.close();
  }

  /** Tells the client to go, and lets the slot come. */
  private Berth move(Berth old) throws InterruptedException {
    old.send("{'op':'reconnect','after_ms':2000,'reason':'drain'}");
    book.awaitState(MOVING);
    timers.awaitDue(Duration.ofSeconds(2));
    timers.pass(Duration.ofSeconds(2));
    return quay.greet();
  }

  private static void send(Berth berth, long... offsets) {
    for (long off : offsets) {
      berth.send(Harbour.msg(ROOM, off));
    }
  }

  private static long asked(Berth berth, long off) throws InterruptedException {
    JsonNode asked = berth.receive("sub");
    assertEquals(Optional.of(new Position("e", off, off * 10)), Position.of(asked.path("pos")));
    return asked.path("id").asLong();
  }

  @Test
  void theNextSocketIsOpenedExactlyAtTheSlotByThePinnedUrl() throws InterruptedException {
    Berth old = harbour.connect();
    old.send("{'op':'reconnect','after_ms':2000,'reason':'drain'}");
    book.awaitState(MOVING);
    assertEquals(Optional.of(Duration.ofSeconds(2)), book.last().delay());
    timers.awaitDue(Duration.ofSeconds(2));

    timers.pass(Duration.ofMillis(1_999));
    assertEquals(1, quay.handshakes().size());
    timers.pass(Duration.ofMillis(1));

    assertEquals("/ws/s1/c1", quay.greet().path());
    assertEquals(1000, old.awaitEnd());
    book.awaitState(OPEN);
    assertEquals(1, client.counters().moves());
    assertEquals(0, client.counters().reconnects());
  }

  @Test
  void theServerMayNameAnotherUrl() throws InterruptedException {
    Berth old = harbour.connect();

    old.send(
        "{'op':'reconnect','after_ms':0,'reason':'rebalance','url':'ws://127.0.0.1:%d/elsewhere'}"
            .formatted(quay.port()));

    timers.passUntil(quay::hasBerth);
    assertEquals("/elsewhere", quay.accept().path());
  }

  @Test
  void theApplicationSeesOneStreamWhicheverSocketIsFaster() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    send(old, 1, 2);
    await().until(() -> book.lines().size() == 3);

    Berth next = move(old);
    long id = asked(next, 2);
    send(old, 3, 4);
    await().until(() -> book.lines().size() == 5);
    assertTrue(old.lives());
    next.send(Harbour.subbed(id, ROOM, 2, true, ""));
    send(next, 3, 4, 5);

    book.awaitLines("subscribed at e:0:0", "1 1", "2 2", "3 3", "4 4", "5 5");
    book.awaitState(OPEN);
    assertEquals(1000, old.awaitEnd());
    assertEquals(2, client.counters().duplicates());
    assertEquals(0, client.counters().losses());
  }

  @Test
  void theOldSocketStaysUntilEveryChannelIsOnTheNextOne() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, "demo.a");
    harbour.subscribe(old, "demo.b");
    Berth next = move(old);
    JsonNode asked = next.receive();
    next.send(Harbour.subbed(asked.get(0).path("id").asLong(), "demo.a", 0, true, ""));
    send(next, 1);
    old.send(Harbour.msg("demo.b", 1));

    await().until(() -> book.lines().size() == 4);
    assertEquals(MOVING, client.state());
    assertTrue(old.lives());

    next.send(Harbour.subbed(asked.get(1).path("id").asLong(), "demo.b", 0, true, ""));
    assertEquals(1000, old.awaitEnd());
    next.send(Harbour.msg("demo.b", 1));
    next.send(Harbour.msg("demo.b", 2));
    await().until(() -> book.lines().size() == 5);
    assertEquals("2 2", book.lines().getLast());
  }

  @Test
  void whereTheServerConflatesTheNextSocketHasToComeAsFarAsTheOldOne() throws InterruptedException {
    Berth old = harbour.connect();
    client.subscribe(ROOM, book);
    long first = old.receive("sub").path("id").asLong();
    old.send(Harbour.subbed(first, ROOM, 0, false, ",'conflate':true"));
    await().until(() -> book.lines().size() == 1);
    Berth next = move(old);
    long id = asked(next, 0);
    send(old, 3, 7);
    await().until(() -> book.lines().size() == 3);

    next.send(Harbour.subbed(id, ROOM, 0, true, ",'conflate':true"));
    send(next, 4);
    await().until(() -> client.counters().duplicates() == 1);
    assertEquals(MOVING, client.state());
    send(next, 9);

    book.awaitState(OPEN);
    book.awaitLines("subscribed at e:0:0", "3 3", "7 7", "9 9");
  }

  @Test
  void whatTheNextSocketCannotReplayTheOldOneBrings() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    long id = asked(next, 0);

    next.send(Harbour.subbed(id, ROOM, 3, false, ",'reason':'too_many'"));
    send(next, 4, 5);
    send(old, 1, 2, 3);

    book.awaitLines("subscribed at e:0:0", "1 1", "2 2", "3 3", "4 4", "5 5");
    book.awaitState(OPEN);
    assertEquals(0, client.counters().losses());
  }

  @Test
  void whatNeitherSocketBringsIsLost() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    long id = asked(next, 0);
    next.send(Harbour.subbed(id, ROOM, 3, false, ",'reason':'too_many'"));
    send(next, 4);
    send(old, 1);
    await().until(() -> book.lines().size() == 2);

    old.drop();

    book.awaitLines("subscribed at e:0:0", "1 1", "lost by too_many, at e:3:30", "4 4");
    assertEquals(2, client.counters().losses());
  }

  @Test
  void whatTheOldSocketDoesNotBringInTimeIsLost() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    next.send(Harbour.subbed(asked(next, 0), ROOM, 3, false, ",'reason':'too_many'"));
    send(next, 4);
    timers.awaitDue(Duration.ofSeconds(2));
    assertEquals(List.of("subscribed at e:0:0"), book.lines());

    timers.pass(Duration.ofSeconds(2));

    book.awaitLines("subscribed at e:0:0", "lost by too_many, at e:3:30", "4 4");
    book.awaitState(OPEN);
    assertEquals(1000, old.awaitEnd());
  }

  @Test
  void aLogThatIsAnotherOneIsNotBridged() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    long id = asked(next, 0);

    next.send(
        "{'op':'subbed','id':%d,'ch':'demo.a','pos':{'epoch':'f','off':0,'tag':0},'recovered':false,'replayed':0,'reason':'epoch_changed'}"
            .formatted(id));
    send(next, 1);

    book.awaitLines("subscribed at e:0:0", "lost by epoch_changed, at f:0:0", "1 1");
    book.awaitState(OPEN);
  }

  @Test
  void anOldSocketThatDiesHandsOverAtOnce() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    long id = asked(next, 0);

    old.close(4200, "r=drain;ra=5000");

    book.awaitState(OPEN);
    assertEquals(List.of(CONNECTING, OPEN, MOVING, OPEN), book.states());
    assertEquals(1, client.counters().moves());
    assertEquals(0, client.counters().reconnects());
    next.send(Harbour.subbed(id, ROOM, 0, true, ""));
    send(next, 1);
    book.awaitLines("subscribed at e:0:0", "subscribed at e:0:0, recovered 0", "1 1");
  }

  @Test
  void anOldSocketThatDiesBeforeTheNextOneHasSaidHelloIsFollowedByIt() throws InterruptedException {
    Berth old = harbour.connect();
    old.send("{'op':'reconnect','after_ms':0,'reason':'drain'}");
    timers.passUntil(quay::hasBerth);
    Berth next = quay.accept();

    old.drop();

    book.awaitState(CONNECTING);
    next.greet("/ws/s2/c1");
    book.awaitState(OPEN);
  }

  @Test
  void anOldSocketThatDiesBeforeTheSlotIsFollowedAfterARandomWait() throws InterruptedException {
    Berth old = harbour.connect();
    old.send("{'op':'reconnect','after_ms':60000,'reason':'drain'}");
    book.awaitState(MOVING);

    old.drop();

    book.awaitState(WAITING);
    assertEquals(Optional.of(Duration.ofMillis(250)), book.last().delay());
  }

  @Test
  void aNextSocketThatFailsIsTriedAgainWhileTheOldOneGoesOn() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    quay.refuse(503);
    quay.refuse(503);
    old.send("{'op':'reconnect','after_ms':0,'reason':'drain'}");
    timers.passUntil(() -> quay.handshakes().size() == 3);
    assertEquals(MOVING, client.state());
    send(old, 1);
    await().until(() -> book.lines().size() == 2);

    timers.passUntil(quay::hasBerth);
    Berth next = quay.greet();

    next.send(Harbour.subbed(asked(next, 1), ROOM, 1, true, ""));
    assertEquals(1000, old.awaitEnd());
    assertEquals(List.of(CONNECTING, OPEN, MOVING, OPEN), book.states());
  }

  @Test
  void theOldSocketStaysForTheAnswersItOwesAndNewPublicationsGoToTheNextOne()
      throws InterruptedException {
    Berth old = harbour.connect();
    CompletableFuture<Position> first = client.publish(ROOM, IntNode.valueOf(1));
    JsonNode sent = old.receive("pub");

    Berth next = move(old);
    book.awaitState(OPEN);
    CompletableFuture<Position> second = client.publish(ROOM, IntNode.valueOf(2));
    JsonNode later = next.receive("pub");
    assertTrue(old.lives());
    next.send(
        "{'op':'pubbed','id':%d,'epoch':'e','off':2,'tag':20}"
            .formatted(later.path("id").asLong()));
    assertEquals(2, second.join().off());
    old.send(
        "{'op':'pubbed','id':%d,'epoch':'e','off':1,'tag':10}".formatted(sent.path("id").asLong()));

    assertEquals(1, first.join().off());
    assertEquals(1000, old.awaitEnd());
  }

  @Test
  void whatANextSocketThatFailsOwesIsAskedForOnTheOldOneInTheFirstOrder()
      throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    asked(next, 0);
    // More than the pace lets go at once.
    for (int i = 0; i < 70; i++) {
      client.publish(ROOM, IntNode.valueOf(i));
    }
    for (int i = 0; i < 59; i++) {
      assertEquals(i, next.receive("pub").path("data").asInt());
    }

    next.drop();

    for (int i = 0; i < 59; i++) {
      assertEquals(i, old.receive("pub").path("data").asInt());
    }
  }

  @Test
  void anAnswerThatTheOldSocketStillOwedIsAskedForOnTheNextOne() throws InterruptedException {
    Berth old = harbour.connect();
    client.publish(ROOM, IntNode.valueOf(1));
    JsonNode sent = old.receive("pub");
    Berth next = move(old);
    book.awaitState(OPEN);

    old.drop();

    assertEquals(sent.path("dedupe"), next.receive("pub").path("dedupe"));
  }

  @Test
  void whatTheOldSocketSaysAfterTheMoveIsNotHeard() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    client.publish(ROOM, IntNode.valueOf(1));
    old.receive("pub");
    Berth next = move(old);
    next.send(Harbour.subbed(asked(next, 0), ROOM, 0, true, ""));
    book.awaitState(OPEN);

    send(old, 1);
    old.send("{'op':'reconnect','after_ms':0,'reason':'drain'}");
    old.send("{'op':'lost','ch':'demo.a','reason':'trimmed','pos':{'epoch':'e','off':9,'tag':90}}");
    old.close(4504, "r=replaced");
    old.awaitEnd();
    send(next, 1, 2);

    book.awaitLines("subscribed at e:0:0", "1 1", "2 2");
    assertEquals(OPEN, client.state());
  }

  @Test
  void aChannelIsSubscribedToWhileTheClientMoves() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, "demo.b");
    Berth next = move(old);
    long other = next.receive("sub").path("id").asLong();

    client.subscribe(ROOM, book);
    long id = next.receive("sub").path("id").asLong();
    next.send(Harbour.subbed(id, ROOM, 0, false, ""));
    send(next, 1);
    await().until(() -> book.lines().size() == 3);
    assertEquals(MOVING, client.state());
    next.send(Harbour.subbed(other, "demo.b", 0, true, ""));

    book.awaitState(OPEN);
    assertEquals(1000, old.awaitEnd());
  }

  @Test
  void anUnsubscribeWhileTheClientMovesReachesBothSockets() throws InterruptedException {
    Berth old = harbour.connect();
    Subscription subscription = harbour.subscribe(old, ROOM);
    Berth next = move(old);
    asked(next, 0);

    subscription.unsubscribe();

    old.receive("unsub");
    next.receive("unsub");
  }

  @Test
  void aNextServerThatLeavesAsWellIsLeftInItsTurn() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    long id = asked(next, 0);
    next.send("{'op':'reconnect','after_ms':1000,'reason':'drain'}");
    next.send(Harbour.subbed(id, ROOM, 0, true, ""));

    assertEquals(1000, old.awaitEnd());
    timers.passUntil(quay::hasBerth);

    Berth third = quay.greet();
    third.send(Harbour.subbed(asked(third, 0), ROOM, 0, true, ""));
    assertEquals(1000, next.awaitEnd());
    await().until(() -> client.counters().moves() == 2);
  }

  @Test
  void aClientThatIsClosedWhileItMovesClosesBothSockets() throws InterruptedException {
    Berth old = harbour.connect();
    harbour.subscribe(old, ROOM);
    Berth next = move(old);
    asked(next, 0);

    client.close();

    assertEquals(1000, old.awaitEnd());
    assertEquals(1000, next.awaitEnd());
  }
}
