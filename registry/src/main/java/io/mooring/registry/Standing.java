package io.mooring.registry;

/** How a {@link Claim} stands, answered by the registry itself and never inferred from silence. */
public sealed interface Standing {
  /**
   * The claim holds, and the write was done; the server was in this state at this revision of the
   * registry.
   */
  record Held(ServerState state, long revision) implements Standing {}

  /** The lease has ended, or the registry lost it: register again with the same instance_uid. */
  record Expired() implements Standing {}

  /** A newer instance holds the id with this generation. */
  record Fenced(long generation) implements Standing {}
}
