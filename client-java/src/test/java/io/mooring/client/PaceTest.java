package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long MILLI = 1_000_000;

  @Test
  void halfOfWhatAServerAllowsGoesAtOnce() {
    Pace pace = new Pace(120, 0);

    int gone = 0;
    while (pace.spend(0)) {
      gone++;
    }

    assertEquals(60, gone);
  }

  @Test
  void noTenSecondsHoldMoreThanAServerAllowsEvenIfTheNetworkHoldsThemUpForSeconds() {
    Pace pace = new Pace(120, 0);
    List<Long> sent = new ArrayList<>();

    for (long millis = 0; millis < 60_000; millis++) {
      while (pace.spend(millis * MILLI)) {
        sent.add(millis);
      }
    }

    for (long stall = 0; stall <= 5_000; stall += 500) {
      assertTrue(mostAtOnce(sent, stall) <= 120, "a stall of " + stall + " ms");
    }
    assertTrue(sent.size() > 60 + 9 * 60, "it goes on at 80 % of the rate: " + sent.size());
  }

  /** What a bucket of 120 in ten seconds loses at most if {@code stall} is delivered in one go. */
  private static double mostAtOnce(List<Long> sent, long stall) {
    double level = 0;
    long at = 0;
    double most = 0;
    for (long time : sent) {
      long arrives = time < 20_000 || time >= 20_000 + stall ? time : 20_000 + stall;
      level = Math.max(0, level - (arrives - at) * 0.012) + 1;
      at = arrives;
      most = Math.max(most, level);
    }
    return most;
  }

  @Test
  void itSaysWhenTheNextOneMayGo() {
    Pace pace = new Pace(10, 0);
    while (pace.spend(0)) {}

    long delay = pace.delay(0);

    assertEquals(1_250, delay, 1);
    assertFalse(pace.spend(1_240 * MILLI));
    assertTrue(pace.spend(1_251 * MILLI));
  }

  @Test
  void whatMustNotWaitIsPaidByWhatComesAfterIt() {
    Pace pace = new Pace(10, 0);
    for (int i = 0; i < 10; i++) {
      pace.force(0);
    }

    assertFalse(pace.spend(TimeUnit.SECONDS.toNanos(7)));
    assertTrue(pace.spend(TimeUnit.SECONDS.toNanos(8)));
  }
}
