package io.mooring.server.channel;

import static io.mooring.server.channel.HubStand.CHANNEL;
import static io.mooring.server.channel.Written.at;
import static io.mooring.server.channel.Written.deliveries;
import static io.mooring.server.channel.Written.delivery;
import static io.mooring.server.channel.Written.excerpt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a comparison of the log with what was delivered brings to light. */
class ChecksTest {
  private final HubStand stand = new HubStand();

  @AfterEach
  void end() {
    stand.close();
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
    Someone someone = stand.joinedAt(3);

    findsAtTheTop(new Position(epoch, off, tag));
    if (heard.startsWith("msg")) {
      stand.deliver(4);
    } else if (heard.endsWith("n")) {
      stand.log.renewals.take().answer().complete(new Position("n", off, tag));
    }

    someone.hears(heard);
  }

  @Test
  void comparesAgainWhenTheLogCouldNotBeAsked() throws Exception {
    Someone someone = stand.joinedAt(3);

    stand.hub.renewed(CHANNEL);
    stand.log.comparisons.take().completeExceptionally(new UnavailableException("away", null));
    stand.log.comparisons.take().complete(Map.of(CHANNEL, new Position("f", 0, 0)));

    someone.hears("lost epoch_changed 0 f");
  }

  @Test
  void beginsAnewWhereThereIsNoLogAnyMore() throws Exception {
    Someone someone = stand.joinedAt(3);

    stand.hub.renewed(CHANNEL);
    stand.log.comparisons.take().complete(Map.of());
    stand.log.tops.take().complete(new Position("f", 0, 0));

    someone.hears("lost epoch_changed 0 f");
  }

  @Test
  void keepsALogThatIsInUseAndNotWithEveryComparison() throws Exception {
    stand.joinedAt(3);
    Map<String, Duration> metaTtl = Map.of(CHANNEL, Retention.DEFAULT.metaTtl());

    stand.hub.renewed(CHANNEL);
    stand.log.comparisons.take().completeExceptionally(new UnavailableException("away", null));
    assertEquals(metaTtl, stand.log.kept.take());
    stand.log.comparisons.take().complete(Map.of(CHANNEL, at(3)));
    assertEquals(metaTtl, stand.log.kept.take());

    Map<String, Duration> next = metaTtl;
    while (!next.isEmpty()) {
      findsAtTheTop(at(3));
      next = stand.log.kept.take();
    }
  }

  @Test
  void waitsForDeliveriesThatAreOnTheirWayAfterAnInterruption() throws Exception {
    Someone someone = stand.joinedAt(3);

    findsAtTheTop(at(4));
    stand.deliver(4, 5);

    someone.hears("msg 4", "msg 5");
    assertNull(stand.log.resubscribed.poll(700, TimeUnit.MILLISECONDS), "it is not deaf");
  }

  @Test
  void healsADeafSubscriptionAndMakesItAnew() throws Exception {
    Someone someone = stand.joinedAt(3);

    findsAtTheTop(at(5));
    stand.log.reads.take().answer(excerpt(3, 5));

    someone.hears("msg 4", "msg 5");
    assertEquals("resubscribe", stand.log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void makesADeafSubscriptionAnewThoughTheLogHoldsNoLongerWhatItDidNotHear() throws Exception {
    Someone someone = stand.joinedAt(3);

    findsAtTheTop(at(500));
    stand
        .nextRead()
        .answer(new Excerpt(at(500), 3, Excerpt.NOT_HELD, false, false, deliveries(401, 500)));

    someone.hears("lost trimmed 500 e");
    assertEquals("resubscribe", stand.log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void makesADeafSubscriptionAnewThoughSomebodyElsesReadHasHealedIt() throws Exception {
    Someone someone = stand.joinedAt(3);

    findsAtTheTop(at(5));
    stand.resuming(1, at(1));
    stand.nextRead().answer(excerpt(1, 5));

    someone.hears("msg 4", "msg 5");
    assertEquals("resubscribe", stand.log.resubscribed.poll(5, TimeUnit.SECONDS));
  }

  @Test
  void neverTakesForContradictionThatTheLogHasForgottenWhatWasBefore() throws Exception {
    Someone someone = stand.joinedAt(2);

    findsAtTheTop(at(3));
    stand
        .log
        .reads
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
    stand.deliver(4);
    someone.hears("msg 4");
    assertEquals(0, stand.log.renewals.size());
  }

  /** The broker comes back after an interruption, and the log's top is found to be this one. */
  private void findsAtTheTop(Position top) throws InterruptedException {
    stand.hub.renewed(CHANNEL);
    stand.log.comparisons.take().complete(Map.of(CHANNEL, top));
  }
}
