package io.mooring.cli.tier;

import java.time.Duration;
import java.util.List;

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

  /** The process of the part ended although the tier is up. */
  void ended(Part part, Ending ending);

  /**
   * The tier is being closed, and these parts have not ended yet.
   *
   * @param patience how long they are waited for before they are killed
   */
  void stopping(List<Part> slow, Duration patience);
}
