package io.mooring.server.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in a time of its own, which begins near the overflow of the system's. */
class PaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(50);

  private final List<Long> slots = new ArrayList<>();
  private long now = Long.MAX_VALUE - SECOND;

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 50, 333, 5_000})
  void givesEachSecondItsRate(int rate) {
    Pace pace = new Pace(rate, now);
    long start = now;

    run(pace, 10);

    assertTrue(mostInASecond() <= rate, () -> mostInASecond() + " in a second");
    long expected = rate * 10L + rate / 2;
    assertTrue(Math.abs(slots.size() - expected) <= 1 + rate / 20, () -> slots.size() + " slots");
    assertEquals(Pace.LEAST_AHEAD_NANOS, slots.getFirst() - start);
  }

  @Test
  void sendsNobodyInABunchAfterAStall() {
    Pace pace = new Pace(50, now);
    run(pace, 3);
    long first = slots.size();

    now += 20 * SECOND;
    run(pace, 3);

    assertTrue(mostInASecond() <= 50, () -> mostInASecond() + " in a second");
    assertTrue(slots.size() > first + 100);
  }

  @Test
  void tellsNobodyMuchBeforeOrShortlyBeforeTheSlot() {
    Pace pace = new Pace(50, now);
    for (int tick = 0; tick < 100; tick++) {
      while (pace.due(now)) {
        long ahead = pace.take(now) - now;
        assertTrue(ahead >= Pace.LEAST_AHEAD_NANOS && ahead <= Pace.AHEAD_NANOS);
      }
      now += TICK;
    }
  }

  @Test
  void goesOnFromTheLastSlotAtAnotherRate() {
    Pace slow = new Pace(20, now);
    run(slow, 2);
    long last = slots.getLast();

    run(slow.at(50), 2);

    long firstOfTheNew = slots.stream().filter(slot -> slot - last > 0).findFirst().orElseThrow();
    assertEquals(SECOND / 50, firstOfTheNew - last);
    assertTrue(mostInASecond() <= 50, () -> mostInASecond() + " in a second");
  }

  private void run(Pace pace, int seconds) {
    for (long end = now + seconds * SECOND; end - now > 0; now += TICK) {
      while (pace.due(now)) {
        slots.add(pace.take(now));
      }
    }
  }

  private int mostInASecond() {
    int most = 0;
    int first = 0;
    for (int last = 0; last < slots.size(); last++) {
      while (slots.get(last) - slots.get(first) >= SECOND) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
