package io.mooring.e2e.crowd;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Full jitter: attempt n waits uniformly between 0 and min(30 s, 0.5 s · 2^n). */
final class Backoff {
  private static final long FIRST_MILLIS = 500;
  private static final long MOST_MILLIS = 30_000;
  private static final int MOST_DOUBLINGS = 6;

  /** Only after so long a health does the next failure count as the first. */
  static final Duration HEALTH = Duration.ofSeconds(10);

  private final RandomGenerator random;
  private int attempt;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** The wait before the next attempt, in milliseconds. */
  long next() {
    return random.nextLong(ceiling(attempt++) + 1);
  }

  void healthy() {
    attempt = 0;
  }

  static long ceiling(int attempt) {
    return Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(attempt, MOST_DOUBLINGS));
  }
}
