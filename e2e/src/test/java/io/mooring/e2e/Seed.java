package io.mooring.e2e;

/** Where a test's faults are drawn from: the same seed draws the same again. */
final class Seed {
  private Seed() {}

  /** The seed that {@code -Dmooring.seed} gives, else the usual one; printed either way. */
  static long or(long usual) {
    long seed = Long.getLong("mooring.seed", usual);
    System.out.printf("seed %d (-Dmooring.seed=%d draws the same)%n", seed, seed);
    return seed;
  }
}
