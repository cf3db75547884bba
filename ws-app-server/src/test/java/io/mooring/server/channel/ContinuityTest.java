package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinuityTest {
  private static final Position AT = new Position("e", 10, 100);
  private static final long BEGAN = 7;

  @ParameterizedTest
  @CsvSource({
    "e, 11, 101, 100, -1, NEXT",
    "e, 11, 101, 999, -1, CONTRADICTION",
    "e, 12, 102, 101, -1, HOLE",
    "e, 10, 100, 99, -1, PAST",
    "e, 10, 555, 99, -1, CONTRADICTION",
    "e, 8, 98, 97, -1, CONTRADICTION",
    "e, 8, 98, 97, 98, PAST",
    "e, 8, 98, 97, 555, CONTRADICTION",
    "e, 7, 97, 96, -1, PAST",
    "e, 7, 97, 96, 555, CONTRADICTION",
    "e, 1, 91, 0, -1, PAST",
    "f, 11, 101, 100, -1, CONTRADICTION",
    "f, 1, 1, 0, -1, CONTRADICTION",
  })
  void judges(String epoch, long off, long tag, long previous, long there, Continuity expected) {
    Delivery delivery = new Delivery(new Position(epoch, off, tag), previous, "", "", new byte[0]);

    assertEquals(expected, Continuity.of(AT, BEGAN, there, delivery));
  }
}
