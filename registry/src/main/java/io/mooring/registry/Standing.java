package io.mooring.registry;

import java.util.Optional;

/** How a {@link Claim} stands, answered by the registry itself and never inferred from silence. */
public sealed interface Standing {
  /**
   * The claim holds, and the write was done.
   *
   * @param state that of the server
   * @param drain of a server that is DRAINING
   * @param revision of the registry, at which the server stood so
   */
  record Held(ServerState state, Optional<Drain> drain, long revision) implements Standing {
    /** A server that does not drain. */
    public Held(ServerState state, long revision) {
      this(state, Optional.empty(), revision);
    }
  }

  /** The lease has ended, or the registry lost it: register again with the same instance_uid. */
  record Expired() implements Standing {}

  /** A newer instance holds the id with this generation. */
  record Fenced(long generation) implements Standing {}
}
