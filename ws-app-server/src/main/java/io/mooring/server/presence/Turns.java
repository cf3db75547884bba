package io.mooring.server.presence;

/**
 * How many of a number of things have their turn at a tick, so that each has it once a period, or
 * all of them soon when that is urgent. Belongs to a strand.
 */
final class Turns {
  /** In so many ticks all have their turn when it is urgent. */
  static final int URGENT_TICKS = 8;

  private final int ticks;
  private double credit;
  private int urgentTicks;

  /**
   * @param ticks of one period
   */
  Turns(int ticks) {
    this.ticks = ticks;
  }

  void hurry() {
    urgentTicks = URGENT_TICKS;
  }

  /**
   * @param size how many there are now
   */
  int next(int size) {
    if (urgentTicks > 0) {
      urgentTicks--;
      return (size + URGENT_TICKS - 1) / URGENT_TICKS;
    }
    credit = Math.min(credit + (double) size / ticks, size);
    int whole = (int) credit;
    credit -= whole;
    return whole;
  }
}
