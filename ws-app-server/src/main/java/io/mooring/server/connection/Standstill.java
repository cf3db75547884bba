package io.mooring.server.connection;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Timed;
import io.mooring.server.loop.Wheel;
import java.util.function.LongSupplier;

/**
 * Notices that a client takes in nothing of what is sent at its own pace. However slow it is, the
 * bytes that have still to go out become fewer from look to look; those that are added meanwhile,
 * pings and pongs, are too few to hide that. Belongs to the connection's loop.
 */
final class Standstill extends Timed {
  /** It is noticed late by one look at most. */
  static final int LOOKS = 4;

  private final Loop loop;
  private final long millisToLook;
  private final LongSupplier unsent;
  private final Runnable noticed;
  private boolean watching;
  private long last;
  private int still;

  /**
   * @param mostMillis how long nothing may move
   * @param unsent how many bytes have still to go out
   * @param noticed called once nothing has moved for that long
   */
  Standstill(Loop loop, long mostMillis, LongSupplier unsent, Runnable noticed) {
    this.loop = loop;
    // The wheel is early by up to a tick.
    this.millisToLook = mostMillis / LOOKS + Wheel.TICK_MILLIS;
    this.unsent = unsent;
    this.noticed = noticed;
  }

  /** Begins, unless it has already. */
  void watch() {
    if (!watching) {
      watching = true;
      still = 0;
      last = unsent.getAsLong();
      loop.schedule(this, millisToLook);
    }
  }

  /** Something has gone out, whatever has been added since. */
  void moved() {
    last = Long.MAX_VALUE;
  }

  void stop() {
    watching = false;
    loop.cancel(this);
  }

  @Override
  protected void due() {
    long now = unsent.getAsLong();
    still = now < last ? 0 : still + 1;
    last = now;
    if (still < LOOKS) {
      loop.schedule(this, millisToLook);
    } else {
      watching = false;
      noticed.run();
    }
  }
}
