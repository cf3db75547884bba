package io.mooring.server.channel;

import io.mooring.server.traffic.Traffic;

/**
 * Measures how long updates take until all subscribers on one loop have them, one at a time: the
 * next is followed once that is known of the last. Belongs to the loop of its {@link Subscribers}.
 */
final class Followed {
  private final Traffic traffic;
  private boolean following;
  private int number;
  private long since;

  /** From here on it takes a whole round until all have it. */
  private int round;

  private int unserved;

  Followed(Traffic traffic) {
    this.traffic = traffic;
  }

  /**
   * An update came, with this number.
   *
   * @param arrivedNanos by {@link System#nanoTime}
   * @param currentRound the round that is under way, or was last
   * @param left how many have still to be served in it
   */
  void came(int update, long arrivedNanos, int currentRound, int left) {
    if (!following) {
      following = true;
      number = update;
      since = arrivedNanos;
      round = currentRound;
      unserved = left;
    }
  }

  /** One was served only with the updates before {@code end}: a whole round must come after it. */
  void served(int end, int currentRound, int left) {
    if (end - number <= 0) {
      round = currentRound;
      unserved = left;
    }
  }

  /** Somebody left, so that who comes to stand at that place may have its turn later. */
  void left(int index) {
    unserved = Math.min(unserved, index);
  }

  /** So many have still to be served in this round. */
  void advanced(int currentRound, int left) {
    if (following && currentRound != round && left <= unserved) {
      following = false;
      traffic.fannedOut(System.nanoTime() - since);
    }
  }

  /** What was under way was given up. */
  void giveUp() {
    following = false;
  }
}
