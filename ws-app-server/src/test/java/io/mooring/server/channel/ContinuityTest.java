package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinuityTest {
  private static final Position AT = new Position("e", 10, 100);
  private static final long BEGAN = 7;

  @ParameterizedTest
  @CsvSource({
    "e, 11, 101, 100, NEXT",
    "e, 11, 101, 999, CONTRADICTION",
    "e, 12, 102, 101, HOLE",
    "e, 10, 100, 99, PAST",
    "e, 10, 555, 99, CONTRADICTION",
    "e, 8, 98, 97, CONTRADICTION",
    "e, 7, 97, 96, PAST",
    "e, 1, 91, 0, PAST",
    "f, 11, 101, 100, CONTRADICTION",
    "f, 1, 1, 0, CONTRADICTION",
  })
  void judges(String epoch, long off, long tag, long previous, Continuity expected) {
    Delivery delivery = new Delivery(new Position(epoch, off, tag), previous, "", "", new byte[0]);

    assertEquals(expected, Continuity.of(AT, BEGAN, delivery));
  }
}
