package io.mooring.server.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.server.broker.Broker;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.mooring.server.protocol.JsonDialect;
import io.mooring.server.traffic.Traffic;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of joins, leaves and deliveries, with a log that answers when it is told to. */
class HubTest {
  private static final String CHANNEL = "demo.room";

  private final Loops loops = new Loops(2);
  private final Gated log = new Gated();
  private final ReplayMemory replays = new ReplayMemory(2 << 20);
  private final Hub hub =
      new Hub(
          loops,
          log,
          log,
          () -> log.away,
          channel -> Retention.DEFAULT,
          new JsonDialect(),
          channel -> false,
          channel -> true,
          replays,
          new Traffic(new SimpleMeterRegistry()));

  @BeforeEach
  void start() {
    loops.start();
  }

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void subscribesAtTheBrokerOnceForAllWhoJoin() throws Exception {
    Someone near = new Someone(0);
    Someone far = new Someone(1);
    near.join();
    far.join();

    opensAt(5);

    assertEquals("subscribed 5", near.next());
    assertEquals("subscribed 5", far.next());
    assertEquals(List.of("subscribe"), log.calls);
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void startsAJoinerAtTheDeliveriesBeforeItsJoinAndGivesItAllAfter(int index) throws Exception {
    Someone first = new Someone(0);
    first.join();
    opensAt(0);
    first.next();
    deliver(1, 2);

    Someone second = new Someone(index);
    second.join();
    String joined = second.next();
    deliver(3);

    first.hears("msg 1", "msg 2", "msg 3");
    assertEquals("subscribed 2", joined);
    second.hears("msg 3");
  }

  @Test
  void dropsDeliveriesThatThePositionAlreadyCovers() throws Exception {
    Someone someone = joinedAt(2);

    deliver(1, 2, 3);

    someone.hears("msg 3");
  }

  @Test
  void startsFromADeliveryThatOvertookTheAnswerOfTheLog() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    log.subscribed.take().complete(null);
    CompletableFuture<Position> answer = log.tops.take();
    deliver(2, 3);
    onHome(() -> {});
    answer.complete(at(2));

    someone.hears("subscribed 3");
    deliver(4);
    someone.hears("msg 4");
  }

  @Test
  void leavesTheBrokerWithTheLastAndComesBackAfterItHasEnded() throws Exception {
    Someone first = new Someone(0);
    Subscription subscription = first.join();
    opensAt(0);
    first.next();

    first.leave(subscription);
    CompletableFuture<Void> ended = log.unsubscribed.take();
    Someone second = new Someone(1);
    second.join();
    assertEquals(List.of("subscribe", "unsubscribe"), log.calls);
    ended.complete(null);
    opensAt(7);

    assertEquals("subscribed 7", second.next());
    assertEquals(List.of("subscribe", "unsubscribe", "subscribe"), log.calls);
  }

  @Test
  void forgetsWhoLeftBeforeTheBrokerAnswered() throws Exception {
    Someone hasty = new Someone(1);
    Subscription subscription = hasty.join();

    hasty.leave(subscription);
    opensAt(0);

    log.unsubscribed.take().complete(null);
    assertEquals(0, hasty.heard.size());
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void tellsAllWhoWaitWhenTheChannelCannotBeOpenedAndTriesAnewForTheNext(boolean subscribes)
      throws Exception {
    Someone first = new Someone(0);
    Someone second = new Someone(1);
    first.join();
    second.join();

    if (subscribes) {
      log.subscribed.take().complete(null);
      log.tops.take().completeExceptionally(new UnavailableException("away", null));
    } else {
      log.subscribed.take().completeExceptionally(new UnavailableException("away", null));
    }

    first.hears("unavailable");
    second.hears("unavailable");
    log.unsubscribed.take().complete(null);
    first.join();
    opensAt(0);
    first.hears("subscribed 0");
  }

  @Test
  void letsOthersJoinFromMemoryWhileTheBrokerIsAway() throws Exception {
    Someone first = joinedAt(0);
    deliver(1, 2);
    first.hears("msg 1", "msg 2");

    log.away = true;
    Someone fresh = new Someone(1);
    fresh.join();
    Someone back = new Someone(1);
    back.resume(at(1));
    Someone longGone = new Someone(1);
    longGone.resume(new Position("d", 4, 44));

    fresh.hears("subscribed 2");
    back.hears("resumed 1 replaying 1", "msg 2");
    longGone.hears("unavailable");
  }

  @Test
  void readsWhatIsMissingFromTheLog() throws Exception {
    Someone someone = joinedAt(2);

    deliver(5);
    Read read = log.reads.take();
    assertEquals(2, read.after);
    read.answer(excerpt(2, 20, 6));

    someone.hears("msg 3", "msg 4", "msg 5", "msg 6");
    deliver(3, 4, 6, 7);
    someone.hears("msg 7");
  }

  @Test
  void asksTheLogForNothingThatComesByItself() throws Exception {
    Someone someone = joinedAt(2);

    deliver(5, 4, 3);

    someone.hears("msg 3", "msg 4", "msg 5");
    assertNull(log.reads.poll(200, TimeUnit.MILLISECONDS));
  }

  @Test
  void readsOnUntilTheHoleIsClosed() throws Exception {
    Someone someone = joinedAt(2);

    deliver(9);
    log.reads.take().answer(new Excerpt(at(9), 2, 20, false, true, deliveries(3, 5)));
    Read second = log.reads.take();
    assertEquals(5, second.after);
    second.answer(excerpt(5, 50, 9));

    someone.hears("msg 3", "msg 4", "msg 5", "msg 6", "msg 7", "msg 8", "msg 9");
  }

  @ParameterizedTest
  @CsvSource({"false, trimmed", "true, ttl_expired"})
  void saysSoWhenTheLogHoldsNoLongerWhatIsMissing(boolean empty, String reason) throws Exception {
    Someone someone = joinedAt(2);

    deliver(5);
    log.reads.take().answer(new Excerpt(at(5), 2, Excerpt.NOT_HELD, empty, false, List.of()));

    someone.hears("lost " + reason + " 4 e", "msg 5");
  }

  @Test
  void saysSoWhenTheLogCannotBeReadForLong() throws Exception {
    Someone someone = joinedAt(2);

    deliver(5);
    long began = System.nanoTime();
    String heard = heardWhileTheLogIsAway(someone);

    assertEquals("lost log_unavailable 4 e", heard);
    someone.hears("msg 5");
    assertTrue(System.nanoTime() - began > TimeUnit.SECONDS.toNanos(4), "gave up early");
  }

  @Test
  void givesALogThatWasRolledBackANewEpochAndSaysSo() throws Exception {
    Someone someone = joinedAt(2);
    deliver(3);
    someone.hears("msg 3");

    hub.delivered(CHANNEL, List.of(delivery("e", 3, 999, 20), delivery("e", 4, 1000, 999)));
    Renewal renewal = log.renewals.take();
    assertEquals("e", renewal.epoch);
    hub.delivered(CHANNEL, List.of(delivery("e", 5, 1001, 1000)));
    renewal.answer.complete(new Position("f", 5, 1001));

    someone.hears("lost epoch_changed 2 f", "msg 3", "msg 4", "msg 5");
    hub.delivered(CHANNEL, List.of(delivery("f", 6, 1002, 1001)));
    someone.hears("msg 6");
  }

  @Test
  void goesOnInAnotherLogAndSaysSo() throws Exception {
    Someone someone = joinedAt(2);

    hub.delivered(CHANNEL, List.of(delivery("f", 1, 11, 0)));

    someone.hears("lost epoch_changed 0 f", "msg 1");
    assertEquals(0, log.renewals.size());
  }

  @ParameterizedTest
  @CsvSource({
    "e, 3, 30, msg 4",
    "e, 3, 31, lost epoch_changed 3 n",
    "e, 2, 20, lost epoch_changed 2 n",
    "f, 3, 30, lost epoch_changed 3 f",
    "f, 9, 90, lost epoch_changed 9 f",
  })
  void comparesTheLogAfterAnInterruption(String epoch, long off, long tag, String heard)
      throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, new Position(epoch, off, tag)));
    if (heard.startsWith("msg")) {
      deliver(4);
    } else if (heard.endsWith("n")) {
      log.renewals.take().answer.complete(new Position("n", off, tag));
    }

    someone.hears(heard);
  }

  @Test
  void keepsALogThatIsInUseAndNotWithEveryComparison() throws Exception {
    joinedAt(3);
    Map<String, Duration> metaTtl = Map.of(CHANNEL, Retention.DEFAULT.metaTtl());

    hub.renewed(CHANNEL);
    log.comparisons.take().completeExceptionally(new UnavailableException("away", null));
    assertEquals(metaTtl, log.kept.take());
    log.comparisons.take().complete(Map.of(CHANNEL, at(3)));
    assertEquals(metaTtl, log.kept.take());

    Map<String, Duration> next = metaTtl;
    while (!next.isEmpty()) {
      hub.renewed(CHANNEL);
      log.comparisons.take().complete(Map.of(CHANNEL, at(3)));
      next = log.kept.take();
    }
  }

  @Test
  void beginsAnewWhereThereIsNoLogAnyMore() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of());
    log.tops.take().complete(new Position("f", 0, 0));

    someone.hears("lost epoch_changed 0 f");
  }

  @Test
  void waitsForDeliveriesThatAreOnTheirWayAfterAnInterruption() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, at(4)));
    deliver(4, 5);

    someone.hears("msg 4", "msg 5");
    assertNull(log.resubscribed.poll(700, TimeUnit.MILLISECONDS), "it is not deaf");
  }

  @Test
  void healsADeafSubscriptionAndMakesItAnew() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, at(5)));
    log.reads.take().answer(excerpt(3, 30, 5));

    someone.hears("msg 4", "msg 5");
    assertEquals("resubscribe", log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void makesADeafSubscriptionAnewThoughTheLogHoldsNoLongerWhatItDidNotHear() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, at(500)));
    nextRead()
        .answer(new Excerpt(at(500), 3, Excerpt.NOT_HELD, false, false, deliveries(401, 500)));

    someone.hears("lost trimmed 500 e");
    assertEquals("resubscribe", log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void makesADeafSubscriptionAnewThoughSomebodyElsesReadHasHealedIt() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, at(5)));
    Someone back = new Someone(1);
    back.resume(at(1));
    nextRead().answer(excerpt(1, 10, 5));

    someone.hears("msg 4", "msg 5");
    assertEquals("resubscribe", log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void neverTakesForContradictionThatTheLogHasForgottenWhatWasBefore() throws Exception {
    Someone someone = joinedAt(2);

    hub.renewed(CHANNEL);
    log.comparisons.take().complete(Map.of(CHANNEL, at(3)));
    log.reads
        .take()
        .answer(
            new Excerpt(
                at(3),
                2,
                Excerpt.NOT_HELD,
                false,
                false,
                List.of(delivery("e", 3, 30, Excerpt.NOT_HELD))));

    someone.hears("lost trimmed 3 e");
    deliver(4);
    someone.hears("msg 4");
    assertEquals(0, log.renewals.size());
  }

  @Test
  void comparesAgainWhenTheLogCouldNotBeAsked() throws Exception {
    Someone someone = joinedAt(3);

    hub.renewed(CHANNEL);
    log.comparisons.take().completeExceptionally(new UnavailableException("away", null));
    log.comparisons.take().complete(Map.of(CHANNEL, new Position("f", 0, 0)));

    someone.hears("lost epoch_changed 0 f");
  }

  @Test
  void resumesFromMemoryWhatIsStillThere() throws Exception {
    Someone first = joinedAt(2);
    deliver(3, 4, 5);
    first.hears("msg 3", "msg 4", "msg 5");

    Someone back = new Someone(1);
    back.resume(at(2));
    Someone nothingMissed = new Someone(0);
    nothingMissed.resume(at(5));
    deliver(6);

    back.hears("resumed 2 replaying 3", "msg 3", "msg 4", "msg 5", "msg 6");
    nothingMissed.hears("resumed 5 replaying 0", "msg 6");
    assertEquals(0, log.reads.size());
  }

  @Test
  void readsTheLogOnceForTwoWhoBoardAtDifferentMomentsUnderLoad() throws Exception {
    Someone present = joinedAt(10);
    deliver(11);
    Someone first = new Someone(0);
    first.resume(at(7));
    Read read = log.reads.take();
    deliver(12, 13);
    Someone second = new Someone(1);
    second.resume(at(7));
    deliver(14);

    read.answer(excerpt(7, 70, 12));
    deliver(15);

    String[] missed = {"msg 8", "msg 9", "msg 10", "msg 11", "msg 12", "msg 13", "msg 14"};
    for (Someone back : List.of(first, second)) {
      back.hears("resumed 7 replaying 7");
      back.hears(missed);
      back.hears("msg 15");
    }
    present.hears("msg 11", "msg 12", "msg 13", "msg 14", "msg 15");
    assertEquals(0, log.reads.size());
  }

  @Test
  void readsTheLogOnlyAFewTimesForManyWhoComeBackFromPositionsOfTheirOwn() throws Exception {
    Someone present = joinedAt(100);
    List<Someone> back = new ArrayList<>();
    for (int off = 90; off >= 40; off -= 10) {
      Someone one = new Someone(off / 10 % 2);
      one.resume(at(off));
      back.add(one);
    }
    Read first = nextRead();
    Read second = nextRead();
    assertEquals(List.of(90L, 80L), List.of(first.after, second.after));
    assertEquals(0, log.reads.size());

    first.answer(excerpt(90, 900, 100));
    Read farthest = nextRead();
    assertEquals(40, farthest.after);
    farthest.answer(excerpt(40, 400, 100));
    second.answer(excerpt(80, 800, 100));

    for (int i = 0; i < back.size(); i++) {
      int off = 90 - 10 * i;
      back.get(i).hears("resumed " + off + " replaying " + (100 - off));
    }
    deliver(101);
    present.hears("msg 101");
    assertEquals(0, log.reads.size());
  }

  @Test
  void readsAnewForWhoBoardsWithAPositionThatTheReadIsTooOldFor() throws Exception {
    Someone present = joinedAt(10);
    Someone invented = new Someone(0);
    invented.resume(new Position("e", 12, 1));
    Read first = log.reads.take();
    Someone ahead = new Someone(1);
    ahead.resume(at(12));

    first.answer(new Excerpt(at(10), 12, Excerpt.NOT_HELD, false, false, List.of()));
    invented.hears("broken epoch_changed 10");
    log.reads.take().answer(new Excerpt(at(13), 12, 120, false, false, deliveries(13, 13)));
    log.reads.take().answer(excerpt(10, 100, 13));
    log.reads.take().answer(new Excerpt(at(13), 12, 120, false, false, deliveries(13, 13)));

    ahead.hears("resumed 12 replaying 1", "msg 13");
    present.hears("msg 11", "msg 12", "msg 13");
  }

  @Test
  void keepsTheOthersApartFromOneWithAnInventedTag() throws Exception {
    Someone honest = joinedAt(2);
    deliver(3, 4);
    honest.hears("msg 3", "msg 4");
    Someone liar = new Someone(1);
    Someone farLiar = new Someone(1);

    liar.resume(new Position("e", 3, 31));
    farLiar.resume(new Position("e", 1, 9));
    log.reads.take().answer(excerpt(1, 10, 4));

    liar.hears("broken epoch_changed 4");
    farLiar.hears("broken epoch_changed 4");
    deliver(5);
    honest.hears("msg 5");
    assertEquals(0, log.renewals.size());
  }

  @Test
  void readsAgainWhereTheTailDoesNotHoldWhatFollows() throws Exception {
    Someone present = joinedAt(2);
    Someone back = new Someone(1);
    back.resume(at(1));
    Read stale = log.reads.take();
    hub.delivered(CHANNEL, deliveries(3, 400));

    stale.answer(excerpt(1, 10, 2));
    log.reads.take().answer(excerpt(1, 10, 400, 300));

    back.hears("broken too_many 400");
    assertEquals("msg 3", present.next());
  }

  @ParameterizedTest
  @CsvSource({"300, resumed 0 replaying 300", "301, broken too_many 301"})
  void replaysUpToThreeHundredMessages(int missed, String heard) throws Exception {
    Someone present = joinedAt(missed);
    Someone back = new Someone(0);

    back.resume(new Position("e", 0, 0));
    log.reads.take().answer(excerpt(0, 0, missed, 300));

    back.hears(heard);
    assertEquals(0, present.heard.size());
  }

  @Test
  void saysThatTheLogCannotBeReadAfterTryingForAWhile() throws Exception {
    joinedAt(5);
    Someone back = new Someone(0);

    back.resume(at(1));
    String heard = heardWhileTheLogIsAway(back);

    assertEquals("broken log_unavailable 5", heard);
    assertTrue(log.failed > 5, log.failed + " tries");
  }

  @Test
  void keepsAChannelOpenForWhoIsStillReadingUp() throws Exception {
    Someone first = new Someone(0);
    Subscription subscription = first.join();
    opensAt(5);
    first.next();
    Someone back = new Someone(1);
    back.resume(at(3));
    Read read = log.reads.take();

    first.leave(subscription);
    onHome(() -> {});
    read.answer(excerpt(3, 30, 5));

    back.hears("resumed 3 replaying 2", "msg 4", "msg 5");
    assertEquals(List.of("subscribe"), log.calls);
  }

  @Test
  void losesNobodyOfAFlightWhoseOthersHaveLeft() throws Exception {
    Someone opener = new Someone(0);
    Subscription opened = opener.join();
    opensAt(5);
    opener.next();
    Someone gone = new Someone(home());
    Subscription leaving = gone.resume(at(1));
    Someone stays = new Someone(home());
    stays.resume(at(1));

    opener.leave(opened);
    gone.leave(leaving);
    assertEquals("broken log_unavailable 5", heardWhileTheLogIsAway(stays));

    deliver(6);
    stays.hears("msg 6");
    assertEquals(List.of("subscribe"), log.calls);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void closesAChannelWhoseLastSubscriberLeftWhileTheLogWasRead(boolean answered) throws Exception {
    Someone opener = new Someone(0);
    Subscription opened = opener.join();
    opensAt(5);
    opener.next();
    Someone hasty = new Someone(home());
    Subscription leaving = hasty.resume(at(3));
    Read read = log.reads.take();

    opener.leave(opened);
    hasty.leave(leaving);
    if (answered) {
      read.answer(excerpt(3, 30, 5));
    } else {
      log.away = true;
      read.answer.completeExceptionally(new UnavailableException("away", null));
    }

    CompletableFuture<Void> unsubscribed = log.unsubscribed.poll(5, TimeUnit.SECONDS);
    assertNotNull(unsubscribed, "the channel stays open for nobody");
    unsubscribed.complete(null);
    onHome(() -> {});
    assertEquals(0, hub.channels());
  }

  @Test
  void givesWhoBoardsLateAsMuchPatienceAsTheFirst() throws Exception {
    joinedAt(5);
    Someone first = new Someone(0);
    first.resume(at(1));
    long began = System.nanoTime();
    while (System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(2_500)) {
      failRead();
    }
    Someone late = new Someone(1);
    late.resume(at(1));
    assertEquals("broken log_unavailable 5", heardWhileTheLogIsAway(first));

    nextRead().answer(excerpt(1, 10, 5));

    late.hears("resumed 1 replaying 4", "msg 2", "msg 3", "msg 4", "msg 5");
  }

  @Test
  void resumesNobodyFromWhatWasKeptBeforeTheChannelEnded() throws Exception {
    Someone slow = new Someone(home());
    slow.leavesWhenMissed = true;
    slow.join();
    opensAt(2);
    slow.next();
    deliver(80);
    byte[] large = "1".repeat(128 * 1024).getBytes(UTF_8);
    List<Delivery> missing =
        LongStream.rangeClosed(3, 80)
            .mapToObj(off -> new Delivery(at(off), (off - 1) * 10, "", "", large))
            .toList();
    nextRead().answer(new Excerpt(at(80), 2, 20, false, false, missing));
    slow.hears("missed");
    log.unsubscribed.take().complete(null);

    Someone present = new Someone(0);
    present.join();
    opensAt(90);
    present.next();
    Someone back = new Someone(1);
    back.resume(at(75));

    Read read = nextRead();
    assertEquals(75, read.after);
    read.answer(excerpt(75, 750, 90));
    assertEquals("resumed 75 replaying 15", back.next());
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void leavesNobodyWithoutAnAnswerWhenAReadGoesWrong(boolean begins) throws Exception {
    Someone present = joinedAt(5);
    Someone first = new Someone(home());
    Someone second = new Someone(1 - home());

    log.broken = !begins;
    first.resume(at(1));
    second.resume(at(1));
    if (begins) {
      nextRead().answer(new Excerpt(at(5), 1, 10, false, false, new Unreadable()));
    }
    first.hears("unavailable");
    second.hears("unavailable");

    log.broken = false;
    first.resume(at(1));
    nextRead().answer(excerpt(1, 10, 5));
    assertEquals("resumed 1 replaying 4", first.next());
    deliver(6);
    present.hears("msg 6");
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void dropsWhomItCannotTellOfItsSubscription(int index) throws Exception {
    Someone broken = new Someone(index);
    broken.leavesWhenMissed = true;
    broken.breaksWhenSubscribed = true;

    broken.join();
    opensAt(5);

    broken.hears("missed");
    CompletableFuture<Void> unsubscribed = log.unsubscribed.poll(5, TimeUnit.SECONDS);
    assertNotNull(unsubscribed, "counts somebody who is not there");
    unsubscribed.complete(null);
  }

  @Test
  void refusesReplaysThatWouldTakeMemoryFromWhatIsLiveUntilOthersAreDone() throws Exception {
    byte[] large = "1".repeat(300_000).getBytes(UTF_8);
    Someone present = joinedAt(9);
    List<Delivery> missed =
        LongStream.rangeClosed(7, 9)
            .mapToObj(off -> new Delivery(at(off), (off - 1) * 10, "", "", large))
            .toList();
    List<Someone> slow = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Someone one = new Someone(1);
      one.keepsReplays = true;
      one.resume(at(6));
      if (i == 0) {
        nextRead().answer(new Excerpt(at(9), 6, 60, false, false, missed));
      }
      assertEquals("resumed 6 replaying " + (3 + i), one.next());
      slow.add(one);
      deliver(10 + i);
      assertEquals("msg " + (10 + i), present.next());
    }
    Someone third = new Someone(0);

    third.resume(at(6));
    third.hears("unavailable");
    Someone near = new Someone(1);
    near.resume(at(11));
    near.hears("resumed 11 replaying 0");

    slow.forEach(one -> one.kept.forEach(frames -> frames.release()));
    third.resume(at(6));
    assertEquals("resumed 6 replaying 5", third.next());
  }

  @Test
  void tellsTheCongestedWhichUpdatesHaveAKeyAndNeverOfALossByOne() throws Exception {
    Someone someone = joinedAt(0);
    someone.congested = true;

    hub.delivered(CHANNEL, List.of(keyed("e", 1, "k"), keyed("e", 2, ""), keyed("f", 3, "k")));

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

  @Test
  void readsFromTheLogWhatCameTooEarlyAndWasTooMuchToBeKept() throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    log.subscribed.take().complete(null);
    CompletableFuture<Position> answer = log.tops.take();
    byte[] large = "1".repeat(300_000).getBytes(UTF_8);
    List<Delivery> all =
        LongStream.rangeClosed(1, 5)
            .mapToObj(off -> new Delivery(at(off), (off - 1) * 10, "", "", large))
            .toList();
    hub.delivered(CHANNEL, all);
    onHome(() -> {});
    answer.complete(at(0));
    someone.hears("subscribed 3");

    deliver(6);
    Read read = nextRead();
    assertEquals(3, read.after);
    read.answer(new Excerpt(at(6), 3, 30, false, false, deliveries(4, 6)));

    someone.hears("msg 4", "msg 5", "msg 6");
  }

  private Someone joinedAt(long off) throws Exception {
    Someone someone = new Someone(0);
    someone.join();
    opensAt(off);
    assertEquals("subscribed " + off, someone.next());
    return someone;
  }

  private void opensAt(long off) throws Exception {
    log.subscribed.take().complete(null);
    log.tops.take().complete(at(off));
  }

  private void deliver(long... offs) {
    for (long off : offs) {
      hub.delivered(CHANNEL, deliveries(off, off));
    }
  }

  private static Position at(long off) {
    return new Position("e", off, off * 10);
  }

  private static Excerpt excerpt(long after, long tagAfter, long top) {
    return excerpt(after, tagAfter, top, 1_000);
  }

  private static Excerpt excerpt(long after, long tagAfter, long top, int most) {
    long last = Math.min(top, after + most);
    return new Excerpt(at(top), after, tagAfter, false, last < top, deliveries(after + 1, last));
  }

  private static List<Delivery> deliveries(long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(off -> delivery("e", off, off * 10, (off - 1) * 10))
        .toList();
  }

  private static Delivery delivery(String epoch, long off, long tag, long previousTag) {
    return new Delivery(new Position(epoch, off, tag), previousTag, "", "", "1".getBytes(UTF_8));
  }

  /** What is heard next, while every read of the log fails. */
  private String heardWhileTheLogIsAway(Someone someone) throws InterruptedException {
    String heard = null;
    while (heard == null) {
      failRead();
      heard = someone.heard.poll();
    }
    return heard;
  }

  private void failRead() throws InterruptedException {
    Read read = log.reads.poll(50, TimeUnit.MILLISECONDS);
    if (read != null) {
      log.failed++;
      read.answer.completeExceptionally(new UnavailableException("away", null));
    }
  }

  private Read nextRead() throws InterruptedException {
    Read read = log.reads.poll(5, TimeUnit.SECONDS);
    if (read == null) {
      throw new AssertionError("the log was not read");
    }
    return read;
  }

  /** The index of the loop that the channel belongs to. */
  private int home() {
    return loops.home(CHANNEL).index();
  }

  /** Returns once everything that was sent to the channel's home so far has happened. */
  private void onHome(Runnable task) throws Exception {
    loops.home(CHANNEL).executor().submit(task).get(5, TimeUnit.SECONDS);
  }

  private final class Someone implements Subscriber {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Loop loop;
    private volatile boolean congested;
    private final Queue<ByteBuf> kept = new ConcurrentLinkedQueue<>();
    private volatile boolean keepsReplays;
    private volatile boolean leavesWhenMissed;
    private volatile boolean breaksWhenSubscribed;
    private @Nullable Subscription latest;

    Someone(int index) {
      loop = loops.at(index);
    }

    /** Returns once the channel's home knows. */
    Subscription join() throws Exception {
      return resume(null);
    }

    /** The same. */
    Subscription resume(@Nullable Position since) throws Exception {
      Subscription subscription = new Subscription(this, CHANNEL);
      latest = subscription;
      loop.executor()
          .submit(() -> hub.join(new Joining(subscription, 1, since)))
          .get(5, TimeUnit.SECONDS);
      onHome(() -> {});
      return subscription;
    }

    void leave(Subscription subscription) throws Exception {
      loop.executor().submit(() -> hub.leave(subscription)).get(5, TimeUnit.SECONDS);
    }

    void hears(String... expected) throws InterruptedException {
      List<String> next = new ArrayList<>();
      for (int i = 0; i < expected.length; i++) {
        next.add(next());
      }
      assertEquals(List.of(expected), next);
    }

    String next() throws InterruptedException {
      String message = heard.poll(5, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing was heard");
      }
      return message;
    }

    @Override
    public Loop loop() {
      return loop;
    }

    @Override
    public void subscribed(Joining joining, Admission admission) {
      if (breaksWhenSubscribed) {
        throw new IllegalStateException("no memory to say so");
      }
      switch (admission) {
        case Admission.Fresh fresh -> heard.add("subscribed " + fresh.position().off());
        case Admission.Broken broken ->
            heard.add("broken " + broken.gap().word() + " " + broken.position().off());
        case Admission.Resumed resumed -> {
          Replay replay = resumed.replay();
          heard.add("resumed " + resumed.since().off() + " replaying " + replay.messages());
          ByteBuf frames = replay.frames();
          if (keepsReplays) {
            kept.add(frames);
            return;
          }
          if (frames.isReadable()) {
            deliver(frames);
          }
          frames.release();
        }
      }
    }

    @Override
    public void unavailable(Joining joining) {
      heard.add("unavailable");
    }

    @Override
    public void missed() {
      heard.add("missed");
      if (leavesWhenMissed && latest != null) {
        hub.leave(latest);
      }
    }

    @Override
    public boolean congested() {
      return congested;
    }

    @Override
    public void deliver(String channel, Update update) {
      deliver(update.key() + ": ", new String(update.frame(), UTF_8));
    }

    @Override
    public void deliver(ByteBuf frames) {
      deliver("", frames.toString(UTF_8));
    }

    private void deliver(String prefix, String frames) {
      for (String json : frames.split("\\{\"op\":\"", -1)) {
        if (json.startsWith("msg")) {
          heard.add(prefix + "msg " + json.replaceAll("(?s).*?\"off\":(\\d+).*", "$1"));
        } else if (json.startsWith("lost")) {
          heard.add(
              prefix
                  + "lost "
                  + json.replaceAll(
                      "(?s).*?\"reason\":\"(\\w+)\".*?\"epoch\":\"(\\w+)\",\"off\":(\\d+).*",
                      "$1 $3 $2"));
        }
      }
    }
  }

  private record Read(long after, CompletableFuture<Excerpt> answer) {
    void answer(Excerpt excerpt) {
      answer.complete(excerpt);
    }
  }

  /** What nobody can go through. */
  private static final class Unreadable extends AbstractList<Delivery> {
    @Override
    public Delivery get(int index) {
      throw new IllegalStateException("unreadable");
    }

    @Override
    public int size() {
      return 1;
    }
  }

  private record Renewal(String epoch, CompletableFuture<Position> answer) {}

  private static final class Gated implements History, Broker {
    final BlockingQueue<CompletableFuture<Void>> subscribed = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Void>> unsubscribed = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Position>> tops = new LinkedBlockingQueue<>();
    final BlockingQueue<CompletableFuture<Map<String, Position>>> comparisons =
        new LinkedBlockingQueue<>();
    final BlockingQueue<Map<String, Duration>> kept = new LinkedBlockingQueue<>();
    final BlockingQueue<Read> reads = new LinkedBlockingQueue<>();
    final BlockingQueue<Renewal> renewals = new LinkedBlockingQueue<>();
    final BlockingQueue<String> resubscribed = new LinkedBlockingQueue<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile boolean away;
    volatile boolean broken;
    int failed;

    @Override
    public CompletionStage<Void> subscribe(String channel) {
      calls.add("subscribe");
      return queued(subscribed);
    }

    @Override
    public CompletionStage<Void> resubscribe(String channel) {
      resubscribed.add("resubscribe");
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> unsubscribe(String channel) {
      calls.add("unsubscribe");
      return queued(unsubscribed);
    }

    @Override
    public CompletionStage<Position> top(String channel, Retention retention) {
      return queued(tops);
    }

    @Override
    public CompletionStage<Map<String, Position>> tops(
        Collection<String> channels, Map<String, Duration> keeping) {
      kept.add(keeping);
      return queued(comparisons);
    }

    @Override
    public CompletionStage<Excerpt> read(
        String channel, long after, int messages, int bytes, Retention retention) {
      if (broken) {
        throw new IllegalStateException("the log is broken");
      }
      CompletableFuture<Excerpt> later = new CompletableFuture<>();
      reads.add(new Read(after, later));
      return later;
    }

    @Override
    public CompletionStage<Position> renew(String channel, String epoch, Retention retention) {
      CompletableFuture<Position> later = new CompletableFuture<>();
      renewals.add(new Renewal(epoch, later));
      return later;
    }

    @Override
    public CompletionStage<Snapshot> snapshot(
        String channel, @Nullable Position since, Retention retention) {
      throw new UnsupportedOperationException("a hub asks for no snapshot");
    }

    @Override
    public CompletionStage<Boolean> complete(String channel, String epoch) {
      throw new UnsupportedOperationException("a hub completes no snapshot");
    }

    @Override
    public CompletionStage<Position> publish(
        String channel, Publication publication, Retention retention) {
      throw new UnsupportedOperationException("a hub publishes nothing");
    }

    private static <T> CompletionStage<T> queued(BlockingQueue<CompletableFuture<T>> queue) {
      CompletableFuture<T> later = new CompletableFuture<>();
      queue.add(later);
      return later;
    }
  }
}
