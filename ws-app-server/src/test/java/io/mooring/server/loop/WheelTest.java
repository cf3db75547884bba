package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WheelTest {
  private final Wheel wheel = new Wheel(0);
  private final List<String> met = new ArrayList<>();

  private final class Deadline extends Timed {
    private final String name;

    Deadline(String name) {
      this.name = name;
    }

    @Override
    protected void due() {
      met.add(name);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {50, 51, 99, 100, 10_000, 51_199, 51_200, 51_250, 120_000})
  void meetsADeadlineAtMostOneTickEarlyAndNeverLate(long delay) {
    wheel.schedule(new Deadline("it"), delay, 0);

    for (long now = 0; now < delay - Wheel.TICK_MILLIS; now += 10) {
      wheel.advance(nanos(now));
    }
    assertEquals(List.of(), met);
    wheel.advance(nanos(delay));

    assertEquals(List.of("it"), met);
  }

  @Test
  void forgetsWhatWasCancelledAndMovesWhatIsScheduledAgain() {
    Deadline cancelled = new Deadline("cancelled");
    Deadline moved = new Deadline("moved");
    wheel.schedule(cancelled, 100, 0);
    wheel.schedule(moved, 100, 0);

    wheel.cancel(cancelled);
    wheel.cancel(cancelled);
    wheel.schedule(moved, 300, 0);
    wheel.advance(nanos(250));
    assertEquals(List.of(), met);
    wheel.advance(nanos(300));

    assertEquals(List.of("moved"), met);
  }

  @Test
  void letsWhatIsDueCancelItsNeighboursAndScheduleItself() {
    Deadline neighbour = new Deadline("neighbour");
    Timed selfish =
        new Timed() {
          @Override
          protected void due() {
            met.add("selfish");
            wheel.cancel(neighbour);
            wheel.schedule(this, 100, nanos(100));
          }
        };
    wheel.schedule(selfish, 100, 0);
    wheel.schedule(neighbour, 100, 0);

    wheel.advance(nanos(100));
    wheel.advance(nanos(200));

    assertEquals(List.of("selfish", "selfish"), met);
  }

  @Test
  void meetsTheOthersWhenOneFails() {
    Timed broken =
        new Timed() {
          @Override
          protected void due() {
            throw new AssertionError("as the test wants it");
          }
        };
    wheel.schedule(new Deadline("before"), 100, 0);
    wheel.schedule(broken, 100, 0);
    wheel.schedule(new Deadline("after"), 100, 0);

    wheel.advance(nanos(100));

    assertEquals(2, met.size());
  }

  @Test
  void meetsEverythingAfterAStallLongerThanOneTurn() {
    for (int i = 1; i <= 2_000; i++) {
      wheel.schedule(new Deadline("d" + i), i * 50L, 0);
    }

    wheel.advance(nanos(200_000));

    assertEquals(2_000, met.size());
  }

  @Test
  void keepsItsListsWholeUnderRandomUse() {
    Random random = new Random(17);
    List<Deadline> deadlines = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      deadlines.add(new Deadline("d" + i));
    }
    long now = 0;
    for (int step = 0; step < 20_000; step++) {
      Deadline one = deadlines.get(random.nextInt(deadlines.size()));
      switch (random.nextInt(3)) {
        case 0 -> wheel.cancel(one);
        case 1 -> wheel.schedule(one, random.nextInt(60_000), nanos(now));
        default -> {
          now += random.nextInt(40);
          wheel.advance(nanos(now));
        }
      }
    }
    met.clear();
    deadlines.forEach(wheel::cancel);
    for (Deadline deadline : deadlines) {
      wheel.schedule(deadline, 1 + random.nextInt(60_000), nanos(now));
    }

    wheel.advance(nanos(now + 60_050));

    assertEquals(200, met.stream().distinct().count());
    assertEquals(200, met.size());
  }

  @Test
  void saysHowLongItWasNotTurned() {
    wheel.advance(nanos(50));
    assertEquals(0, wheel.takeWorstLagNanos());

    assertTrue(wheel.lagNanos(nanos(700)) >= nanos(600));
    wheel.advance(nanos(700));
    assertEquals(nanos(600), wheel.lagNanos(nanos(701)));
    wheel.advance(nanos(750));

    assertEquals(0, wheel.lagNanos(nanos(751)));
    assertEquals(nanos(600), wheel.takeWorstLagNanos());
    assertEquals(0, wheel.takeWorstLagNanos());
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
