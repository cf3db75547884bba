package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a message is after one with the offset 5 and the tag 50. */
class SequenceTest {
  private static final Position LAST = new Position("e", 5, 50);

  @ParameterizedTest(name = "{0} with tag {1}: {2}, where conflated {3}")
  @CsvSource({
    "6, 60, NEXT, NEXT",
    "6, 50, NEXT, NEXT",
    "7, 70, GAP, NEXT",
    "1000000, 70, GAP, NEXT",
    "5, 50, DUPLICATE, DUPLICATE",
    "5, 51, CONTRADICTION, CONTRADICTION",
    "4, 40, DUPLICATE, DUPLICATE",
    "1, 10, DUPLICATE, DUPLICATE",
  })
  void aPlaceIsJudgedByTheOneBefore(long off, long tag, Sequence plain, Sequence conflated) {
    assertEquals(plain, Sequence.of(LAST, off, tag, false));
    assertEquals(conflated, Sequence.of(LAST, off, tag, true));
  }
}
