package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnsTest {
  private final Turns turns = new Turns(40);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 40, 41, 999, 15_000})
  void givesEachItsTurnOnceAPeriodAndSpreadsThem(int size) {
    int all = 0;
    for (int i = 0; i < 400; i++) {
      int next = turns.next(size);
      assertTrue(next <= size / 40 + 1, "at once: " + next);
      all += next;
    }

    assertEquals(10.0 * size, all, 1.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 15_000})
  void givesAllTheirTurnSoonWhenItIsUrgent(int size) {
    turns.hurry();

    int all = 0;
    for (int i = 0; i < Turns.URGENT_TICKS; i++) {
      all += turns.next(size);
    }

    assertTrue(all >= size, all + " of " + size);
  }

  @Test
  void givesNoTurnTwiceWhenMostAreGone() {
    for (int i = 0; i < 39; i++) {
      turns.next(1);
    }

    assertEquals(0, turns.next(0));
  }
}
