package io.mooring.server.handshake;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoncesTest {
  private long now = 1_000_000;
  private final Nonces nonces = new Nonces(() -> Instant.ofEpochMilli(now));

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 30_000, 59_999, 60_000})
  void remembersAUseForAMinuteWheneverItWas(long later) {
    for (long start = 0; start < 120_000; start += 7_000) {
      now = 1_000_000 + 200_000 * (start + 1) + start;
      assertTrue(nonces.use("n" + start));

      now += later;

      assertFalse(nonces.use("n" + start), "used at " + start);
    }
  }

  @Test
  void forgetsInTheEnd() {
    assertTrue(nonces.use("n"));
    now += 2 * Nonces.MEMORY_MILLIS;
    assertTrue(nonces.use("other"));
    now += Nonces.MEMORY_MILLIS;

    assertTrue(nonces.use("n"));
  }

  @Test
  void keepsHeadersApart() {
    assertTrue(nonces.use("a"));
    assertTrue(nonces.use("b"));
    assertFalse(nonces.use("a"));
  }
}
