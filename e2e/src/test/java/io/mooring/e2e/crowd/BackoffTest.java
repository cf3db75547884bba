package io.mooring.e2e.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("untimed")
class BackoffTest {
  @Test
  void theCeilingDoublesUpToThirtySeconds() {
    assertEquals(
        List.of(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L),
        IntStream.range(0, 8).mapToObj(Backoff::ceiling).toList());
  }

  @Test
  void eachWaitLiesUnderItsCeilingAndHealthBeginsAnew() {
    Backoff backoff = new Backoff(new Random(1));

    for (int round = 0; round < 100; round++) {
      for (int attempt = 0; attempt < 10; attempt++) {
        assertTrue(backoff.next() <= Backoff.ceiling(attempt));
      }
      backoff.healthy();
    }
  }
}
