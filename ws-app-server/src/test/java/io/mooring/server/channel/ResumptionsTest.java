package io.mooring.server.channel;

import static io.mooring.server.channel.HubStand.CHANNEL;
import static io.mooring.server.channel.Written.at;
import static io.mooring.server.channel.Written.deliveries;
import static io.mooring.server.channel.Written.excerpt;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.channel.GatedLog.Read;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Position;
import io.mooring.server.history.UnavailableException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Those who come back to a channel, from memory or with a read that they share. */
class ResumptionsTest {
  private final HubStand stand = new HubStand();

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void resumesFromMemoryWhatIsStillThere() throws Exception {
    Someone first = stand.joinedAt(2);
    stand.deliver(3, 4, 5);
    first.hears("msg 3", "msg 4", "msg 5");

    Someone back = stand.resuming(1, at(2));
    Someone nothingMissed = stand.resuming(0, at(5));
    stand.deliver(6);

    back.hears("resumed 2 replaying 3", "msg 3", "msg 4", "msg 5", "msg 6");
    nothingMissed.hears("resumed 5 replaying 0", "msg 6");
    assertEquals(0, stand.log.reads.size());
  }

  @Test
  void readsTheLogOnceForTwoWhoBoardAtDifferentMomentsUnderLoad() throws Exception {
    Someone present = stand.joinedAt(10);
    stand.deliver(11);
    Someone first = stand.resuming(0, at(7));
    Read read = stand.log.reads.take();
    stand.deliver(12, 13);
    Someone second = stand.resuming(1, at(7));
    stand.deliver(14);

    read.answer(excerpt(7, 12));
    stand.deliver(15);

    String[] missed = {"msg 8", "msg 9", "msg 10", "msg 11", "msg 12", "msg 13", "msg 14"};
    for (Someone back : List.of(first, second)) {
      back.hears("resumed 7 replaying 7");
      back.hears(missed);
      back.hears("msg 15");
    }
    present.hears("msg 11", "msg 12", "msg 13", "msg 14", "msg 15");
    assertEquals(0, stand.log.reads.size());
  }

  @Test
  void readsTheLogOnlyAFewTimesForManyWhoComeBackFromPositionsOfTheirOwn() throws Exception {
    Someone present = stand.joinedAt(100);
    List<Someone> back = new ArrayList<>();
    for (int off = 90; off >= 40; off -= 10) {
      back.add(stand.resuming(off / 10 % 2, at(off)));
    }
    Read first = stand.nextRead();
    Read second = stand.nextRead();
    assertEquals(List.of(90L, 80L), List.of(first.after(), second.after()));
    assertEquals(0, stand.log.reads.size());

    first.answer(excerpt(90, 100));
    Read farthest = stand.nextRead();
    assertEquals(40, farthest.after());
    farthest.answer(excerpt(40, 100));
    second.answer(excerpt(80, 100));

    for (int i = 0; i < back.size(); i++) {
      int off = 90 - 10 * i;
      back.get(i).hears("resumed " + off + " replaying " + (100 - off));
    }
    stand.deliver(101);
    present.hears("msg 101");
    assertEquals(0, stand.log.reads.size());
  }

  @Test
  void readsAnewForWhoBoardsWithAPositionThatTheReadIsTooOldFor() throws Exception {
    Someone present = stand.joinedAt(10);
    Someone invented = stand.resuming(0, new Position("e", 12, 1));
    Read first = stand.log.reads.take();
    Someone ahead = stand.resuming(1, at(12));

    first.answer(new Excerpt(at(10), 12, Excerpt.NOT_HELD, false, false, List.of()));
    invented.hears("broken epoch_changed 10");
    stand.log.reads.take().answer(excerpt(12, 13));
    stand.log.reads.take().answer(excerpt(10, 13));
    stand.log.reads.take().answer(excerpt(12, 13));

    ahead.hears("resumed 12 replaying 1", "msg 13");
    present.hears("msg 11", "msg 12", "msg 13");
  }

  @Test
  void keepsTheOthersApartFromOneWithAnInventedTag() throws Exception {
    Someone honest = stand.joinedAt(2);
    stand.deliver(3, 4);
    honest.hears("msg 3", "msg 4");
    Someone liar = stand.someone(1);
    Someone farLiar = stand.someone(1);

    liar.resume(new Position("e", 3, 31));
    farLiar.resume(new Position("e", 1, 9));
    stand.log.reads.take().answer(excerpt(1, 4));

    liar.hears("broken epoch_changed 4");
    farLiar.hears("broken epoch_changed 4");
    stand.deliver(5);
    honest.hears("msg 5");
    assertEquals(0, stand.log.renewals.size());
  }

  @Test
  void readsAgainWhereTheTailDoesNotHoldWhatFollows() throws Exception {
    Someone present = stand.joinedAt(2);
    Someone back = stand.resuming(1, at(1));
    Read stale = stand.log.reads.take();
    stand.hub.delivered(CHANNEL, deliveries(3, 400));

    stale.answer(excerpt(1, 2));
    stand.log.reads.take().answer(excerpt(1, 400, 300));

    back.hears("broken too_many 400");
    assertEquals("msg 3", present.next());
  }

  @ParameterizedTest
  @CsvSource({"300, resumed 0 replaying 300", "301, broken too_many 301"})
  void replaysUpToThreeHundredMessages(int missed, String heard) throws Exception {
    Someone present = stand.joinedAt(missed);

    Someone back = stand.resuming(0, new Position("e", 0, 0));
    stand.log.reads.take().answer(excerpt(0, missed, 300));

    back.hears(heard);
    assertEquals(0, present.heard.size());
  }

  @Test
  void saysThatTheLogCannotBeReadAfterTryingForAWhile() throws Exception {
    stand.joinedAt(5);

    Someone back = stand.resuming(0, at(1));
    String heard = stand.heardWhileTheLogIsAway(back);

    assertEquals("broken log_unavailable 5", heard);
    assertTrue(stand.log.failed > 5, stand.log.failed + " tries");
  }

  @Test
  void keepsAChannelOpenForWhoIsStillReadingUp() throws Exception {
    Someone first = stand.joinedAt(5);
    Someone back = stand.resuming(1, at(3));
    Read read = stand.log.reads.take();

    first.leave();
    stand.settle();
    read.answer(excerpt(3, 5));

    back.hears("resumed 3 replaying 2", "msg 4", "msg 5");
    assertEquals(List.of("subscribe"), stand.log.calls);
  }

  @Test
  void losesNobodyOfAFlightWhoseOthersHaveLeft() throws Exception {
    Someone opener = stand.joinedAt(5);
    Someone gone = stand.resuming(stand.keeper(), at(1));
    Someone stays = stand.resuming(stand.keeper(), at(1));

    opener.leave();
    gone.leave();
    assertEquals("broken log_unavailable 5", stand.heardWhileTheLogIsAway(stays));

    stand.deliver(6);
    stays.hears("msg 6");
    assertEquals(List.of("subscribe"), stand.log.calls);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void closesAChannelWhoseLastSubscriberLeftWhileTheLogWasRead(boolean answered) throws Exception {
    Someone opener = stand.joinedAt(5);
    Someone hasty = stand.resuming(stand.keeper(), at(3));
    Read read = stand.log.reads.take();

    opener.leave();
    hasty.leave();
    if (answered) {
      read.answer(excerpt(3, 5));
    } else {
      stand.log.away = true;
      read.answer().completeExceptionally(new UnavailableException("away", null));
    }

    stand.ends();
  }

  @Test
  void givesWhoBoardsLateAsMuchPatienceAsTheFirst() throws Exception {
    stand.joinedAt(5);
    Someone first = stand.resuming(0, at(1));
    long began = System.nanoTime();
    while (System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(2_500)) {
      stand.failRead();
    }
    Someone late = stand.resuming(1, at(1));
    assertEquals("broken log_unavailable 5", stand.heardWhileTheLogIsAway(first));

    stand.nextRead().answer(excerpt(1, 5));

    late.hears("resumed 1 replaying 4", "msg 2", "msg 3", "msg 4", "msg 5");
  }

  @Test
  void resumesNobodyFromWhatWasKeptBeforeTheChannelEnded() throws Exception {
    Someone slow = stand.someone(stand.keeper());
    slow.leavesWhenMissed = true;
    slow.join();
    stand.opensAt(2);
    slow.next();
    stand.deliver(80);
    byte[] large = "1".repeat(128 * 1024).getBytes(UTF_8);
    stand.nextRead().answer(new Excerpt(at(80), 2, 20, false, false, deliveries(3, 80, large)));
    slow.hears("missed");
    stand.ends();

    stand.joinedAt(90);
    Someone back = stand.resuming(1, at(75));

    Read read = stand.nextRead();
    assertEquals(75, read.after());
    read.answer(excerpt(75, 90));
    assertEquals("resumed 75 replaying 15", back.next());
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void leavesNobodyWithoutAnAnswerWhenAReadGoesWrong(boolean begins) throws Exception {
    Someone present = stand.joinedAt(5);
    Someone first = stand.someone(stand.keeper());
    Someone second = stand.someone(1 - stand.keeper());

    stand.log.broken = !begins;
    first.resume(at(1));
    second.resume(at(1));
    if (begins) {
      stand.nextRead().answer(new Excerpt(at(5), 1, 10, false, false, new Unreadable()));
    }
    first.hears("unavailable");
    second.hears("unavailable");

    stand.log.broken = false;
    first.resume(at(1));
    stand.nextRead().answer(excerpt(1, 5));
    assertEquals("resumed 1 replaying 4", first.next());
    stand.deliver(6);
    present.hears("msg 6");
  }

  @Test
  void refusesReplaysThatWouldTakeMemoryFromWhatIsLiveUntilOthersAreDone() throws Exception {
    byte[] large = "1".repeat(300_000).getBytes(UTF_8);
    Someone present = stand.joinedAt(9);
    List<Delivery> missed = deliveries(7, 9, large);
    List<Someone> slow = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Someone one = stand.someone(1);
      one.keepsReplays = true;
      one.resume(at(6));
      if (i == 0) {
        stand.nextRead().answer(new Excerpt(at(9), 6, 60, false, false, missed));
      }
      assertEquals("resumed 6 replaying " + (3 + i), one.next());
      slow.add(one);
      stand.deliver(10 + i);
      assertEquals("msg " + (10 + i), present.next());
    }

    Someone third = stand.resuming(0, at(6));
    third.hears("unavailable");
    Someone near = stand.resuming(1, at(11));
    near.hears("resumed 11 replaying 0");

    slow.forEach(one -> one.kept.forEach(frames -> frames.release()));
    third.resume(at(6));
    assertEquals("resumed 6 replaying 5", third.next());
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
}
