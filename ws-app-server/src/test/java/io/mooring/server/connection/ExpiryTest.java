package io.mooring.server.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpiryTest {
  private static final long EXP = 1_700_000_000L;

  /** What the wheel may be early, in milliseconds. */
  private static final long EARLY = 50;

  @ParameterizedTest
  @CsvSource({
    "-61000, false, false",
    "-60051, false, false",
    "-60050, true, false",
    "0, true, false",
    "5000, true, false",
    "5149, true, false",
    "5150, true, true",
    "90000, true, true",
  })
  void warnsBeforeTheEndAndEndsAfterTheGrace(long sinceExp, boolean near, boolean over) {
    long now = EXP * 1000 + sinceExp;

    assertEquals(near, Expiry.isNear(EXP, now));
    assertEquals(over, Expiry.isOver(EXP, now));
  }

  @ParameterizedTest
  @CsvSource({
    "-3600000, false, 50000",
    "-70000, false, 10000",
    "-60000, true, 50000",
    "-1000, true, 6200",
    "5000, true, 200",
  })
  void looksAgainWhenSomethingIsDueButOftenEnoughForAClockThatIsSet(
      long sinceExp, boolean warned, long millis) {
    assertEquals(millis, Expiry.next(EXP, EXP * 1000 + sinceExp, warned));
  }

  @ParameterizedTest
  @CsvSource({"-70000", "-60010", "-20000", "0", "4000", "5100"})
  void endsWithinTheSecondAfterTheGraceHoweverEarlyTheWheelIs(long sinceExp) {
    long exp = EXP * 1000;
    long now = exp + sinceExp;
    while (!Expiry.isOver(EXP, now)) {
      now += Math.max(EARLY, Expiry.next(EXP, now, Expiry.isNear(EXP, now)) - EARLY);
    }

    long late = now - exp - Expiry.GRACE_MILLIS;
    assertEquals(true, late >= 0 && late <= 500, late + " ms after the grace");
  }
}
