package io.mooring.server.presence;

/** How a socket ended, or its subscription. */
public enum Departure {
  /** The client said so: a clean close, an end of the subscription, a logout. */
  FOR_GOOD,
  /** Anything else. It is likely to come back, here or on another server: also when it moves. */
  FOR_NOW
}
