package io.mooring.server.loop;

import org.jspecify.annotations.Nullable;

/**
 * Something with one deadline on a {@link Wheel}; the links are its own, so that waiting costs no
 * object. Belongs to one loop.
 */
public abstract class Timed {
  static final int NOWHERE = -1;

  @Nullable Timed previous;
  @Nullable Timed next;
  long tick;
  int slot = NOWHERE;

  /** The deadline has come; called on the loop, after it was taken off the wheel. */
  protected abstract void due();
}
