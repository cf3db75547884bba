package io.mooring.server.channel;

import static io.mooring.server.channel.HubStand.CHANNEL;
import static io.mooring.server.channel.Written.at;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.history.UnavailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who joins and leaves, in which order with what is delivered. */
class HubTest {
  private final HubStand stand = new HubStand();

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void subscribesAtTheBrokerOnceForAllWhoJoin() throws Exception {
    Someone near = stand.someone(0);
    Someone far = stand.someone(1);
    near.join();
    far.join();

    stand.opensAt(5);

    assertEquals("subscribed 5", near.next());
    assertEquals("subscribed 5", far.next());
    assertEquals(List.of("subscribe"), stand.log.calls);
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void startsAJoinerAtTheDeliveriesBeforeItsJoinAndGivesItAllAfter(int index) throws Exception {
    Someone first = stand.joinedAt(0);
    stand.deliver(1, 2);

    Someone second = stand.joining(index);
    String joined = second.next();
    stand.deliver(3);

    first.hears("msg 1", "msg 2", "msg 3");
    assertEquals("subscribed 2", joined);
    second.hears("msg 3");
  }

  @Test
  void dropsDeliveriesThatThePositionAlreadyCovers() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(1, 2, 3);

    someone.hears("msg 3");
  }

  @Test
  void startsFromADeliveryThatOvertookTheAnswerOfTheLog() throws Exception {
    Someone someone = stand.joining(0);
    CompletableFuture<Position> answer = stand.subscribes();
    stand.deliver(2, 3);
    stand.settle();
    answer.complete(at(2));

    someone.hears("subscribed 3");
    stand.deliver(4);
    someone.hears("msg 4");
  }

  @Test
  void leavesTheBrokerWithTheLastAndComesBackAfterItHasEnded() throws Exception {
    Someone first = stand.joinedAt(0);

    first.leave();
    CompletableFuture<Void> ended = stand.log.unsubscribed.take();
    Someone second = stand.joining(1);
    assertEquals(List.of("subscribe", "unsubscribe"), stand.log.calls);
    ended.complete(null);
    stand.opensAt(7);

    assertEquals("subscribed 7", second.next());
    assertEquals(List.of("subscribe", "unsubscribe", "subscribe"), stand.log.calls);
  }

  @Test
  void forgetsWhoLeftBeforeTheBrokerAnswered() throws Exception {
    Someone hasty = stand.joining(1);

    hasty.leave();
    stand.opensAt(0);

    stand.ends();
    assertEquals(0, hasty.heard.size());
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void letsOneLeaveInItsOwnTurnAndTellsTheOthersAllTheSame(int index) throws Exception {
    Someone first = stand.joining(index);
    stand.opensAt(0);
    Someone fickle = stand.joining(index);
    fickle.leavesWhenTold = true;
    Someone last = stand.joining(index);

    stand.deliver(1);
    for (Someone one : List.of(first, fickle, last)) {
      one.hears("subscribed 0", "msg 1");
    }
    stand.deliver(2);

    first.hears("msg 2");
    last.hears("msg 2");
    assertEquals(0, fickle.heard.size());
    assertEquals(2, stand.subscribers());
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void endsAChannelWhoseLastSubscriberLeavesInItsOwnTurn(int index) throws Exception {
    Someone fickle = stand.joining(index);
    fickle.leavesWhenTold = true;
    stand.opensAt(0);

    stand.deliver(1);

    fickle.hears("subscribed 0", "msg 1");
    stand.ends();
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void tellsAllWhoWaitWhenTheChannelCannotBeOpenedAndTriesAnewForTheNext(boolean subscribes)
      throws Exception {
    Someone first = stand.someone(0);
    Someone second = stand.someone(1);
    first.join();
    second.join();

    if (subscribes) {
      stand.subscribes().completeExceptionally(new UnavailableException("away", null));
    } else {
      stand.log.subscribed.take().completeExceptionally(new UnavailableException("away", null));
    }

    first.hears("unavailable");
    second.hears("unavailable");
    stand.ends();
    first.join();
    stand.opensAt(0);
    first.hears("subscribed 0");
  }

  @Test
  void letsOthersJoinFromMemoryWhileTheBrokerIsAway() throws Exception {
    Someone first = stand.joinedAt(0);
    stand.deliver(1, 2);
    first.hears("msg 1", "msg 2");

    stand.log.away = true;
    Someone fresh = stand.joining(1);
    Someone back = stand.resuming(1, at(1));
    Someone longGone = stand.resuming(1, new Position("d", 4, 44));

    fresh.hears("subscribed 2");
    back.hears("resumed 1 replaying 1", "msg 2");
    longGone.hears("unavailable");
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void dropsWhomItCannotTellOfItsSubscription(int index) throws Exception {
    Someone broken = stand.someone(index);
    broken.leavesWhenMissed = true;
    broken.breaksWhenSubscribed = true;

    broken.join();
    stand.opensAt(5);

    broken.hears("missed");
    stand.ends();
  }

  @Test
  void tellsTheCongestedWhichUpdatesHaveAKeyAndNeverOfALossByOne() throws Exception {
    Someone someone = stand.joinedAt(0);
    someone.congested = true;

    stand.hub.delivered(
        CHANNEL, List.of(keyed("e", 1, "k"), keyed("e", 2, ""), keyed("f", 3, "k")));

    someone.hears("k: msg 1", ": msg 2", ": lost epoch_changed 2 f", "k: msg 3");
  }

  private static Delivery keyed(String epoch, long off, String key) {
    return new Delivery(
        new Position(epoch, off, off * 10), (off - 1) * 10, key, "", "1".getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"256, 32", "1024, 128", "8192, 128"})
  void keepsOfTheLastMessagesWhatTheHeapHasRoomFor(long heapMegabytes, long tailsMegabytes) {
    assertEquals(tailsMegabytes << 20, Hub.bytesForTails(heapMegabytes << 20));
  }
}
