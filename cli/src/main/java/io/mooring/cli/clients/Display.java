package io.mooring.cli.clients;

import java.time.Duration;

/** Shows what becomes of the clients. Belongs to the thread of the {@link Demonstration}. */
public interface Display {
  /** So many of all have begun to connect. */
  void gathering(int joined, int all);

  /** How things stand; once a second. */
  void figures(Figures figures);

  /** What happened, now that it is over. */
  void disturbance(Disturbance disturbance);

  /** Something that does not mend by itself. */
  void trouble(String what);

  /** How it ended. */
  void summary(Figures figures, Duration took);
}
