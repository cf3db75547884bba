package io.mooring.server.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoncesTest {
  private static final int ROUNDS = 20_000;

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

  /** Two threads meet on a nonce while time goes on, so that older ones are forgotten meanwhile. */
  @Test
  void ofManyWhoMeetOnANonceOneIsFirstAlsoWhileOthersAreForgotten() throws Exception {
    AtomicLong time = new AtomicLong();
    Nonces shared = new Nonces(() -> Instant.ofEpochMilli(time.get()));
    CyclicBarrier start = new CyclicBarrier(2);
    Callable<Integer> user =
        () -> {
          int first = 0;
          for (int round = 0; round < ROUNDS; round++) {
            start.await();
            time.addAndGet(Nonces.MEMORY_MILLIS / 4);
            first += shared.use("n" + round) ? 1 : 0;
          }
          return first;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Integer> one = threads.submit(user);
      Future<Integer> other = threads.submit(user);

      assertEquals(ROUNDS, one.get() + other.get());
    }
  }
}
