package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnstileTest {
  private static final int PLACES = 4;

  private final HandTimers timers = new HandTimers();
  private final HandProcessors processors = new HandProcessors();
  private final Turnstile turnstile = new Turnstile(timers, processors, PLACES);
  private final List<Integer> begun = new ArrayList<>();

  private static final class HandProcessors implements Processors {
    private boolean watched;
    private boolean busy;

    @Override
    public void watch() {
      watched = true;
    }

    @Override
    public boolean busy() {
      return busy;
    }
  }

  private List<Turnstile.Pass> enter(int first, int count) {
    return range(first, count).stream()
        .map(number -> turnstile.enter(() -> begun.add(number)))
        .toList();
  }

  private static List<Integer> range(int first, int count) {
    return IntStream.range(first, first + count).boxed().toList();
  }

  @Test
  void soManyBeginAtOnceAndTheOthersInTheirOrderAsPlacesAreLeft() {
    List<Turnstile.Pass> first = enter(0, PLACES);
    List<Turnstile.Pass> others = enter(100, 3);
    assertEquals(range(0, PLACES), begun);
    begun.clear();

    first.get(2).leave();
    first.get(1).leave();

    assertEquals(List.of(100, 101), begun);
    others.get(0).leave();
    assertEquals(List.of(100, 101, 102), begun);
  }

  @Test
  void aPlaceIsLeftOnce() {
    List<Turnstile.Pass> first = enter(0, PLACES);
    enter(100, 2);
    begun.clear();

    first.get(0).leave();
    first.get(0).leave();

    assertEquals(List.of(100), begun);
  }

  @Test
  void whoGivesUpInTheQueueIsNotCalled() {
    List<Turnstile.Pass> first = enter(0, PLACES);
    List<Turnstile.Pass> others = enter(100, 2);
    begun.clear();

    others.get(0).leave();
    first.get(0).leave();

    assertEquals(List.of(101), begun);
  }

  @Test
  void handshakesThatTakeLongHoldNobodyUp() {
    enter(0, PLACES);
    enter(100, PLACES + 1);
    begun.clear();

    timers.pass(Duration.ofMillis(Turnstile.MOST_MILLIS - 1));
    assertEquals(List.of(), begun);
    timers.pass(Duration.ofMillis(1));
    assertEquals(range(100, PLACES), begun);
    timers.pass(Duration.ofMillis(Turnstile.MOST_MILLIS));
    assertEquals(range(100, PLACES + 1), begun);
  }

  @Test
  void whileTheProcessorsAreBusyTheyHaveTheirPlacesForLonger() {
    processors.busy = true;
    List<Turnstile.Pass> first = enter(0, PLACES);
    enter(100, PLACES + 1);
    begun.clear();

    timers.pass(Duration.ofMillis(Turnstile.BUSY_MILLIS - 1));
    assertEquals(List.of(), begun);
    first.get(0).leave();
    assertEquals(List.of(100), begun);
    timers.pass(Duration.ofMillis(1));
    assertEquals(range(100, PLACES), begun);
    processors.busy = false;
    timers.pass(Duration.ofMillis(Turnstile.MOST_MILLIS));
    assertEquals(range(100, PLACES + 1), begun);
  }

  @Test
  void theProcessorsAreWatchedAsSoonAsSomebodyWaits() {
    enter(0, PLACES);
    assertFalse(processors.watched);
    enter(100, 1);
    assertTrue(processors.watched);
  }

  @Test
  void whileTheProcessorsAreBusyAPlaceIsLeftWhereNobodyWaits() {
    processors.busy = true;
    enter(0, PLACES);
    timers.pass(Duration.ofMillis(Turnstile.MOST_MILLIS));
    begun.clear();

    enter(100, PLACES);

    assertEquals(range(100, PLACES), begun);
  }

  @Test
  void aClientThatCannotBeginIsNotTheMatterOfTheOneBeforeIt() {
    List<Turnstile.Pass> first = enter(0, PLACES);
    turnstile.enter(
        () -> {
          throw new RejectedExecutionException("shut down");
        });
    enter(100, 1);
    begun.clear();

    first.get(0).leave();
    timers.pass(Duration.ofMillis(Turnstile.MOST_MILLIS));

    assertEquals(List.of(100), begun);
  }

  @Test
  void placesThatWereLeftAreThereForLaterOnes() {
    enter(0, PLACES).forEach(Turnstile.Pass::leave);
    begun.clear();

    enter(100, PLACES);

    assertEquals(range(100, PLACES), begun);
  }
}
