package io.mooring.e2e.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("untimed")
class RushTest {
  private static final int RATE = 100;
  private static final long AHEAD = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_FROM = millis(2_000);
  private static final long PAUSE_UNTIL = millis(2_500);

  private final long[] even =
      IntStream.range(0, 5 * RATE).mapToLong(n -> millis(n * 1_000L / RATE)).toArray();

  @Test
  void evenEventsAreTheirRate() {
    assertEquals(new Rush(RATE, millis(1_000)), Rush.of(even, List.of(), AHEAD));
  }

  @Test
  void nobodyAtAllIsNoRush() {
    assertEquals(0, Rush.of(new long[0], List.of(), AHEAD).perSecond());
  }

  @Test
  void whatAStandstillPiledUpCountsForTheTimeThatItIsFrom() {
    long[] late = lateBy(even);

    Rush rush = Rush.of(late, List.of(new Standstill(PAUSE_FROM, PAUSE_UNTIL)), AHEAD);

    assertTrue(rush.perSecond() <= 1.05 * RATE, rush::toString);
  }

  @Test
  void theSameBunchWithoutAStandstillIsARush() {
    assertEquals(1.5 * RATE, Rush.of(lateBy(even), List.of(), AHEAD).perSecond(), 1);
  }

  @Test
  void aBunchAfterAStandstillThatIsLargerThanTheStandstillIsARush() {
    long[] late = IntStream.range(0, 3 * RATE).mapToLong(n -> PAUSE_UNTIL).toArray();

    Rush rush = Rush.of(late, List.of(new Standstill(PAUSE_FROM, PAUSE_UNTIL)), AHEAD);

    assertEquals(2 * RATE, rush.perSecond(), 1);
  }

  @Test
  void aStandstillOfAnotherTimeExcusesNothing() {
    long[] bunch = IntStream.range(0, 3 * RATE).mapToLong(n -> millis(9_000)).toArray();

    Rush rush = Rush.of(bunch, List.of(new Standstill(PAUSE_FROM, PAUSE_UNTIL)), AHEAD);

    assertEquals(3 * RATE, rush.perSecond());
  }

  private static long[] lateBy(long[] times) {
    return java.util.Arrays.stream(times)
        .map(time -> time >= PAUSE_FROM && time < PAUSE_UNTIL ? PAUSE_UNTIL : time)
        .toArray();
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
