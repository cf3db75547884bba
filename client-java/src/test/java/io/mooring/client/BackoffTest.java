package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
  /** Another one is tried by {@code -Dmooring.seed=…}: of a hundred, one fails by chance. */
  private static final long SEED = Long.getLong("mooring.seed", 20_260_101);

  private static final int CLIENTS = 10_000;

  /** The quantile of Kolmogorov's distribution at 1 %, over the root of their number. */
  private static final double CRITICAL = 1.6276 / Math.sqrt(CLIENTS);

  @Test
  void theCeilingDoublesUpToThirtySeconds() {
    assertEquals(
        List.of(500L, 1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L),
        IntStream.range(0, 8).mapToObj(attempt -> Backoff.ceiling(attempt, 500, 30_000)).toList());
  }

  @Test
  void theCeilingStaysWhereItIsHoweverManyAttemptsFail() {
    for (int attempt = 6; attempt < 10_000; attempt++) {
      assertEquals(30_000, Backoff.ceiling(attempt, 500, 30_000));
    }
  }

  @ParameterizedTest(name = "attempt {0}")
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 20})
  void theWaitsOfAnAttemptAreUniformUpToItsCeiling(int attempt) {
    SplittableRandom random = new SplittableRandom(SEED);
    long[] waits = new long[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
      Backoff backoff = new Backoff(random, Backoff.FIRST, Backoff.MOST);
      for (int before = 0; before < attempt; before++) {
        backoff.next();
      }
      waits[i] = backoff.next();
    }

    System.out.println("attempt " + attempt + ", seed " + SEED);
    long ceiling = Backoff.ceiling(attempt, 500, 30_000);
    assertTrue(Arrays.stream(waits).allMatch(wait -> wait >= 0 && wait <= ceiling));
    double distance = distance(waits, ceiling);
    assertTrue(
        distance < CRITICAL,
        "seed " + SEED + ": the distance is " + distance + ", expected below " + CRITICAL);
  }

  /** Kolmogorov and Smirnov's, from the uniform distribution on 0 to {@code ceiling}, whole. */
  private static double distance(long[] waits, long ceiling) {
    Arrays.sort(waits);
    double most = 0;
    for (int i = 0; i < waits.length; i++) {
      double below = waits[i] / (ceiling + 1.0);
      double upTo = (waits[i] + 1) / (ceiling + 1.0);
      most = Math.max(most, below - i / (double) waits.length);
      most = Math.max(most, (i + 1.0) / waits.length - upTo);
    }
    return most;
  }

  @Test
  void healthMakesTheNextAttemptTheFirst() {
    Backoff backoff = new Backoff(new Random(1), Backoff.FIRST, Backoff.MOST);

    for (int round = 0; round < 100; round++) {
      for (int attempt = 0; attempt < 10; attempt++) {
        assertTrue(backoff.next() <= Backoff.ceiling(attempt, 500, 30_000));
      }
      backoff.healthy();
    }
  }

  @Test
  void aServerMaySetTheCeilings() {
    Backoff backoff = new Backoff(new Random(1), Backoff.FIRST, Duration.ofSeconds(30));

    backoff.tune(10, 20);

    for (int attempt = 0; attempt < 1_000; attempt++) {
      assertTrue(backoff.next() <= 20);
    }
  }
}
