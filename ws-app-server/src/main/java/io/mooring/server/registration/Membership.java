package io.mooring.server.registration;

/** What the server is in the registry, as far as it knows. */
public sealed interface Membership {
  /**
   * Not registered yet since the program started.
   *
   * @param reason what is in the way, for an operator
   */
  record Registering(String reason) implements Membership {}

  /**
   * Registered; silence of the registry does not change it.
   *
   * @param warming whether it gets no new placements yet
   */
  record Registered(long generation, boolean warming) implements Membership {}

  /** Registered, but takes no new clients: it is drained, or was told to stop. */
  record Draining(long generation) implements Membership {}

  /**
   * Another instance holds the server's id.
   *
   * @param generation that of the other
   */
  record Fenced(long generation) implements Membership {}

  /** Takes itself out of the registry. */
  record Leaving() implements Membership {}
}
