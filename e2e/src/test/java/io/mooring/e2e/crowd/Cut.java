package io.mooring.e2e.crowd;

/** A way in which a live socket ends at once. */
public enum Cut {
  /** The client's TCP answers with a reset. */
  RESET,
  /** The client's TCP ends, without a close frame. */
  HANG_UP,
  /** The client says goodbye and is back at once. */
  FAREWELL,
  /** The client comes back beside a socket that it never hears of again; the server closes that. */
  DESERTION,
  /** The client says too much, and the server closes. */
  DISMISSAL
}
