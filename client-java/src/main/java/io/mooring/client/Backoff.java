package io.mooring.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Full jitter: attempt n waits uniformly between 0 and min(most, first · 2^n). */
final class Backoff {
  /** The first ceiling and the highest, unless a server says otherwise. */
  static final Duration FIRST = Duration.ofMillis(500);

  static final Duration MOST = Duration.ofSeconds(30);

  /** Only after so long a health does the next failure count as the first, likewise. */
  static final Duration HEALTH = Duration.ofSeconds(10);

  private final RandomGenerator random;
  private long firstMillis;
  private long mostMillis;
  private int attempt;

  Backoff(RandomGenerator random, Duration first, Duration most) {
    this.random = random;
    this.firstMillis = first.toMillis();
    this.mostMillis = most.toMillis();
  }

  /** The wait before the next attempt, in milliseconds. */
  long next() {
    return random.nextLong(ceiling(attempt++, firstMillis, mostMillis) + 1);
  }

  /** The next attempt is the first again. */
  void healthy() {
    attempt = 0;
  }

  /** A server's own ceilings, in milliseconds. */
  void tune(long first, long most) {
    firstMillis = Math.max(1, first);
    mostMillis = Math.max(firstMillis, most);
  }

  static long ceiling(int attempt, long firstMillis, long mostMillis) {
    // Below as many doublings no bit is shifted out.
    boolean fits = attempt < Long.numberOfLeadingZeros(firstMillis) - 1;
    return fits ? Math.min(mostMillis, firstMillis << attempt) : mostMillis;
  }
}
