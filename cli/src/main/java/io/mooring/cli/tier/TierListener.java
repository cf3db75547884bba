package io.mooring.cli.tier;

import java.time.Duration;

/** Hears what happens to the parts of a tier, from the thread in which it happens. */
public interface TierListener {
  /** The process of the part runs. */
  void started(Part part);

  /**
   * The part does its work.
   *
   * @param took since the process was started
   */
  void ready(Part part, Duration took);

  /**
   * The process of the part ended although the tier is up.
   *
   * @param exitCode 128 + n after signal n
   * @param asked a command asked for it
   */
  void ended(Part part, int exitCode, boolean asked);
}
