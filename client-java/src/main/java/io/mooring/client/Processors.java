package io.mooring.client;

/**
 * The processors of the machine, or the share of them that this process may use; others may use
 * them as well. Any thread.
 */
interface Processors {
  /** Begins to look at them, if nobody has lately; an answer soon after is about the time since. */
  void watch();

  /** Whether nearly all of their time was used lately; no if that is not known. */
  boolean busy();
}
