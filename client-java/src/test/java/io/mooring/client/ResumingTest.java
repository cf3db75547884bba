package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions over sockets that come and go: positions, gaps, duplicates, epochs. */
class ResumingTest {
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

  /** Drops the socket and waits for the next one. */
  private Berth comeBack(Berth berth) throws InterruptedException {
    berth.drop();
    timers.passUntil(quay::hasBerth);
    return quay.greet();
  }

  private void send(Berth berth, long... offsets) {
    for (long off : offsets) {
      berth.send(Harbour.msg(ROOM, off));
    }
  }

  @Test
  void allChannelsAreAskedForInOneArrayEachFromItsPosition() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    harbour.subscribe(berth, "demo.b");
    send(berth, 1, 2);
    berth.send(Harbour.msg("demo.b", 1));
    await().until(() -> book.lines().size() == 5);
    client.subscribe("demo.c", book);
    berth.receive("sub");

    JsonNode asked = comeBack(berth).receive();

    assertEquals(3, asked.size());
    assertEquals("demo.a", asked.get(0).path("ch").asText());
    assertEquals(Optional.of(new Position("e", 2, 20)), Position.of(asked.get(0).path("pos")));
    assertEquals(Optional.of(new Position("e", 1, 10)), Position.of(asked.get(1).path("pos")));
    assertFalse(asked.get(2).has("pos"), "it never was live");
  }

  @Test
  void whatIsSubscribedToBeforeTheConnectionIsAskedForByOneArray() throws InterruptedException {
    client.subscribe("demo.a", book);
    client.subscribe("demo.b", book);

    assertEquals(2, harbour.connect().receive().size());
  }

  @Test
  void aRecoveredSubscriptionGoesOnWithoutALoss() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription subscription = harbour.subscribe(berth, ROOM);
    send(berth, 1, 2);
    await().until(() -> book.lines().size() == 3);

    Berth next = comeBack(berth);
    JsonNode asked = next.receive("sub");
    assertEquals(SubscriptionState.PENDING, subscription.state());
    next.send(Harbour.subbed(asked.path("id").asLong(), ROOM, 2, true, ""));
    send(next, 3, 4);

    book.awaitLines(
        "subscribed at e:0:0", "1 1", "2 2", "subscribed at e:2:20, recovered 0", "3 3", "4 4");
    assertEquals(Optional.of(new Position("e", 4, 40)), subscription.position());
    assertEquals(0, client.counters().losses());
  }

  @Test
  void aLossIsToldAndCountedByTheOffsets() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    send(berth, 1);
    await().until(() -> book.lines().size() == 2);

    Berth next = comeBack(berth);
    long id = next.receive("sub").path("id").asLong();
    next.send(Harbour.subbed(id, ROOM, 9, false, ",'reason':'trimmed'"));
    send(next, 10);

    book.awaitLines(
        "subscribed at e:0:0",
        "1 1",
        "subscribed at e:9:90",
        "lost by trimmed, at e:9:90",
        "10 10");
    assertEquals(8, client.counters().losses());
  }

  @Test
  void aLossOnALivingSocketIsToldAndMessagesGoOnFromThere() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription subscription = harbour.subscribe(berth, ROOM);
    send(berth, 1);

    berth.send(
        "{'op':'lost','ch':'demo.a','reason':'epoch_changed','pos':{'epoch':'f','off':3,'tag':30}}");
    send(berth, 4);

    book.awaitLines("subscribed at e:0:0", "1 1", "lost by epoch_changed, at f:3:30", "4 4");
    assertEquals(Optional.of(new Position("f", 4, 40)), subscription.position());
    assertEquals(1, client.counters().losses());
  }

  @Test
  void aRolledBackLogIsALossEvenIfItsOffsetsAreOld() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    send(berth, 1, 2, 3);
    await().until(() -> book.lines().size() == 4);

    Berth next = comeBack(berth);
    long id = next.receive("sub").path("id").asLong();
    next.send(Harbour.subbed(id, ROOM, 1, false, ",'reason':'epoch_changed'"));
    next.send("{'op':'msg','ch':'demo.a','off':2,'tag':21,'data':'another'}");

    book.awaitLines(
        "subscribed at e:0:0",
        "1 1",
        "2 2",
        "3 3",
        "subscribed at e:1:10",
        "lost by epoch_changed, at e:1:10",
        "2 \"another\"");
  }

  @Test
  void whatWasThereBeforeIsDroppedAndCounted() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);

    send(berth, 1, 2, 1, 2, 3);

    book.awaitLines("subscribed at e:0:0", "1 1", "2 2", "3 3");
    assertEquals(2, client.counters().duplicates());
  }

  @Test
  void aGapIsAskedForAgainAndNothingIsDeliveredMeanwhile() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);

    send(berth, 1, 3, 4);

    assertEquals(ROOM, berth.receive("unsub").path("ch").asText());
    timers.passUntil(() -> !berth.isQuiet());
    JsonNode asked = berth.receive("sub");
    assertEquals(Optional.of(new Position("e", 1, 10)), Position.of(asked.path("pos")));
    berth.send(Harbour.subbed(asked.path("id").asLong(), ROOM, 1, true, ""));
    send(berth, 2, 3, 4);
    book.awaitLines(
        "subscribed at e:0:0", "1 1", "subscribed at e:1:10, recovered 0", "2 2", "3 3", "4 4");
    assertEquals(1, client.counters().gaps());
  }

  @Test
  void anOffsetWithAnotherTagIsAskedForAgainForTheServerToJudge() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    send(berth, 1);

    berth.send("{'op':'msg','ch':'demo.a','off':1,'tag':11,'data':'another'}");

    berth.receive("unsub");
    timers.passUntil(() -> !berth.isQuiet());
    assertEquals(
        Optional.of(new Position("e", 1, 10)), Position.of(berth.receive("sub").path("pos")));
  }

  @Test
  void whereTheServerConflatesOffsetsMaySkip() throws InterruptedException {
    Berth berth = harbour.connect();
    client.subscribe(ROOM, book);
    long id = berth.receive("sub").path("id").asLong();
    berth.send(Harbour.subbed(id, ROOM, 0, false, ",'conflate':true"));

    send(berth, 1, 5, 9, 5);

    book.awaitLines("subscribed at e:0:0", "1 1", "5 5", "9 9");
    assertEquals(0, client.counters().gaps());
  }

  @Test
  void anUnavailableChannelIsAskedForAgainWithItsPosition() throws InterruptedException {
    Berth berth = harbour.connect();
    harbour.subscribe(berth, ROOM);
    send(berth, 1);
    await().until(() -> book.lines().size() == 2);
    Berth next = comeBack(berth);
    long id = next.receive("sub").path("id").asLong();

    next.send("{'op':'sub_failed','id':%d,'ch':'demo.a','reason':'unavailable'}".formatted(id));

    timers.passUntil(() -> !next.isQuiet());
    assertEquals(
        Optional.of(new Position("e", 1, 10)), Position.of(next.receive("sub").path("pos")));
  }

  @Test
  void anUnavailableChannelIsNotAskedForEarlierBecauseOfAnotherOne() throws InterruptedException {
    Berth berth = harbour.connect();
    client.subscribe(ROOM, book);
    long id = berth.receive("sub").path("id").asLong();
    berth.send("{'op':'sub_failed','id':%d,'ch':'demo.a','reason':'unavailable'}".formatted(id));
    timers.awaitDue(Duration.ofMillis(250));

    client.subscribe("demo.b", book);

    assertEquals("demo.b", berth.receive("sub").path("ch").asText());
  }

  @Test
  void aForbiddenChannelFailsAndMayBeSubscribedToAnewInTheCallback() throws InterruptedException {
    Berth berth = harbour.connect();
    AtomicReference<Subscription> second = new AtomicReference<>();
    Subscription first =
        client.subscribe(
            ROOM,
            new Listener() {
              @Override
              public void failed(String reason) {
                second.set(client.subscribe(ROOM, book));
              }
            });
    long id = berth.receive("sub").path("id").asLong();

    berth.send("{'op':'sub_failed','id':%d,'ch':'demo.a','reason':'forbidden'}".formatted(id));

    long again = berth.receive("sub").path("id").asLong();
    assertEquals(SubscriptionState.FAILED, first.state());
    berth.send(Harbour.subbed(again, ROOM, 0, false, ""));
    book.awaitLines("subscribed at e:0:0");
    assertEquals(SubscriptionState.LIVE, second.get().state());
  }

  @Test
  void aServerMayEndASubscription() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription subscription = harbour.subscribe(berth, ROOM);

    berth.send("{'op':'unsubbed','ch':'demo.a','reason':'forbidden'}");

    book.awaitLines("subscribed at e:0:0", "ended: forbidden");
    assertEquals(SubscriptionState.ENDED, subscription.state());
  }

  @Test
  void afterUnsubscribeNothingIsToldAndTheChannelIsFreeAtOnce() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription subscription = harbour.subscribe(berth, ROOM);

    subscription.unsubscribe();
    Subscription again = client.subscribe(ROOM, book);
    send(berth, 1);

    berth.receive("unsub");
    long id = berth.receive("sub").path("id").asLong();
    send(berth, 2);
    berth.send(Harbour.subbed(id, ROOM, 5, false, ""));
    send(berth, 6);
    book.awaitLines("subscribed at e:0:0", "subscribed at e:5:50", "6 6");
    assertEquals(SubscriptionState.ENDED, subscription.state());
    assertEquals(SubscriptionState.LIVE, again.state());
  }

  @Test
  void anUnsubscribeWhileAResumeIsUnderWayWins() throws InterruptedException {
    Berth berth = harbour.connect();
    Subscription subscription = harbour.subscribe(berth, ROOM);
    Berth next = comeBack(berth);
    long id = next.receive("sub").path("id").asLong();

    subscription.unsubscribe();
    next.receive("unsub");
    next.send(Harbour.subbed(id, ROOM, 0, true, ""));
    next.send(Harbour.msg(ROOM, 1));

    harbour.subscribe(next, "demo.b");
    book.awaitLines("subscribed at e:0:0", "subscribed at e:0:0");
  }

  @Test
  void aChannelHasOneSubscription() {
    client.subscribe(ROOM, book);

    MooringException twice =
        assertThrows(MooringException.class, () -> client.subscribe(ROOM, book));
    assertEquals("already_subscribed", twice.code());
    MooringException bad =
        assertThrows(MooringException.class, () -> client.subscribe("no spaces", book));
    assertEquals("bad_channel", bad.code());
  }

  /** Throws what is checked as languages without checked exceptions do. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  @Test
  void aListenerThatThrowsBreaksNothing() throws InterruptedException {
    Queue<Throwable> thrown =
        new ArrayDeque<>(
            List.of(new IOException("the application's own"), new IllegalStateException("too")));
    Berth berth = harbour.connect();
    client.subscribe(
        ROOM,
        new Listener() {
          @Override
          public void message(Message message) {
            book.message(message);
            ResumingTest.<RuntimeException>sneak(thrown.remove());
          }
        });
    long id = berth.receive("sub").path("id").asLong();
    berth.send(Harbour.subbed(id, ROOM, 0, false, ""));

    send(berth, 1, 2);

    book.awaitLines("1 1", "2 2");
    await().until(() -> book.errors().equals(List.of("listener_failed", "listener_failed")));
  }

  @Test
  void whatAListenerHasNotReadWaitsInTheNetworkAndTheSocketIsNotTakenForDead()
      throws InterruptedException {
    Berth berth = harbour.connect();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    client.subscribe(
        ROOM,
        new Listener() {
          @Override
          public void message(Message message) {
            reading.countDown();
            try {
              free.await();
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
            book.message(message);
          }
        });
    long id = berth.receive("sub").path("id").asLong();
    berth.send(Harbour.subbed(id, ROOM, 0, false, ""));
    for (long off = 1; off <= 100; off++) {
      send(berth, off);
    }
    assertTrue(reading.await(10, TimeUnit.SECONDS));
    timers.pass(Duration.ofSeconds(60));

    free.countDown();

    await().until(() -> book.lines().size() == 100);
    assertEquals(State.OPEN, client.state());
    assertTrue(berth.lives());
  }
}
