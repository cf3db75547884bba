package io.mooring.server.channel;

import static io.mooring.server.channel.HubStand.CHANNEL;
import static io.mooring.server.channel.Written.at;
import static io.mooring.server.channel.Written.deliveries;
import static io.mooring.server.channel.Written.delivery;
import static io.mooring.server.channel.Written.excerpt;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.channel.GatedLog.Read;
import io.mooring.server.channel.GatedLog.Renewal;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Position;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holes between deliveries, and logs that contradict what was delivered before. */
class SequenceTest {
  private final HubStand stand = new HubStand();

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void readsWhatIsMissingFromTheLog() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(5);
    Read read = stand.log.reads.take();
    assertEquals(2, read.after());
    read.answer(excerpt(2, 6));

    someone.hears("msg 3", "msg 4", "msg 5", "msg 6");
    stand.deliver(3, 4, 6, 7);
    someone.hears("msg 7");
  }

  @Test
  void asksTheLogForNothingThatComesByItself() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(5, 4, 3);

    someone.hears("msg 3", "msg 4", "msg 5");
    assertNull(stand.log.reads.poll(200, TimeUnit.MILLISECONDS));
  }

  @Test
  void readsOnUntilTheHoleIsClosed() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(9);
    stand.log.reads.take().answer(new Excerpt(at(9), 2, 20, false, true, deliveries(3, 5)));
    Read second = stand.log.reads.take();
    assertEquals(5, second.after());
    second.answer(excerpt(5, 9));

    someone.hears("msg 3", "msg 4", "msg 5", "msg 6", "msg 7", "msg 8", "msg 9");
  }

  @Test
  void readsFromTheLogWhatCameTooEarlyAndWasTooMuchToBeKept() throws Exception {
    Someone someone = stand.joining(0);
    CompletableFuture<Position> answer = stand.subscribes();
    byte[] large = "1".repeat(300_000).getBytes(UTF_8);
    stand.hub.delivered(CHANNEL, deliveries(1, 5, large));
    stand.settle();
    answer.complete(at(0));
    someone.hears("subscribed 3");

    stand.deliver(6);
    Read read = stand.nextRead();
    assertEquals(3, read.after());
    read.answer(excerpt(3, 6));

    someone.hears("msg 4", "msg 5", "msg 6");
  }

  @ParameterizedTest
  @CsvSource({"false, trimmed", "true, ttl_expired"})
  void saysSoWhenTheLogHoldsNoLongerWhatIsMissing(boolean empty, String reason) throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(5);
    stand.log.reads.take().answer(new Excerpt(at(5), 2, Excerpt.NOT_HELD, empty, false, List.of()));

    someone.hears("lost " + reason + " 4 e", "msg 5");
  }

  @Test
  void saysSoWhenTheLogCannotBeReadForLong() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.deliver(5);
    long began = System.nanoTime();
    String heard = stand.heardWhileTheLogIsAway(someone);

    assertEquals("lost log_unavailable 4 e", heard);
    someone.hears("msg 5");
    assertTrue(System.nanoTime() - began > TimeUnit.SECONDS.toNanos(4), "gave up early");
  }

  @Test
  void givesALogThatWasRolledBackANewEpochAndSaysSo() throws Exception {
    Someone someone = stand.joinedAt(2);
    stand.deliver(3);
    someone.hears("msg 3");

    stand.hub.delivered(CHANNEL, List.of(delivery("e", 3, 999, 20), delivery("e", 4, 1000, 999)));
    Renewal renewal = stand.log.renewals.take();
    assertEquals("e", renewal.epoch());
    stand.hub.delivered(CHANNEL, List.of(delivery("e", 5, 1001, 1000)));
    renewal.answer().complete(new Position("f", 5, 1001));

    someone.hears("lost epoch_changed 2 f", "msg 3", "msg 4", "msg 5");
    stand.hub.delivered(CHANNEL, List.of(delivery("f", 6, 1002, 1001)));
    someone.hears("msg 6");
  }

  @Test
  void goesOnInAnotherLogAndSaysSo() throws Exception {
    Someone someone = stand.joinedAt(2);

    stand.hub.delivered(CHANNEL, List.of(delivery("f", 1, 11, 0)));

    someone.hears("lost epoch_changed 0 f", "msg 1");
    assertEquals(0, stand.log.renewals.size());
  }
}
