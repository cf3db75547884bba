package io.mooring.server.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateTest {
  private final Rate rate = new Rate(120);

  @Test
  void grantsAllAtOnceAndNotOneMore() {
    long fullAt = 0;
    for (int i = 0; i < 120; i++) {
      fullAt = rate.spend(fullAt, 1, 0);
    }

    assertEquals(Rate.EXCEEDED, rate.spend(fullAt, 1, 0));
  }

  @Test
  void grantsTheRateForEver() {
    long fullAt = 0;
    for (long i = 0; i < 100_000; i++) {
      fullAt = rate.spend(fullAt, 1, i * TimeUnit.SECONDS.toNanos(10) / 120);
      assertEquals(true, fullAt != Rate.EXCEEDED);
    }
  }

  @Test
  void fillsUpAgainWithinTenSeconds() {
    long fullAt = rate.spend(0, 120, 0);

    assertEquals(Rate.EXCEEDED, rate.spend(fullAt, 61, TimeUnit.SECONDS.toNanos(5)));
    assertEquals(true, rate.spend(fullAt, 60, TimeUnit.SECONDS.toNanos(5)) != Rate.EXCEEDED);
  }

  @Test
  void refusesMoreThanTheBucketHolds() {
    assertEquals(Rate.EXCEEDED, rate.spend(0, 121, 0));
  }
}
