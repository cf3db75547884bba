package io.mooring.registry;

import java.util.EnumSet;
import java.util.Set;

/** The life of a server, with the one table that says which state may follow which. */
public enum ServerState {
  /** Registered and in Envoy's endpoints, but gets no new placements yet. */
  WARMING,
  /** Gets new placements, unless it is suspect. */
  ACTIVE,
  /** Left placement and Envoy's endpoints; its live sockets are being moved. */
  DRAINING,
  /** Deregistered or expired; kept for a day because it holds the generation. */
  GONE;

  /** The states that may follow this one. */
  public Set<ServerState> next() {
    return switch (this) {
      case WARMING -> EnumSet.of(ACTIVE, DRAINING, GONE);
      case ACTIVE -> EnumSet.of(DRAINING, GONE);
      case DRAINING -> EnumSet.of(ACTIVE, GONE);
      case GONE -> EnumSet.of(WARMING);
    };
  }

  /** Whether a server in this state stands in Envoy's endpoints, so that its pins reach it. */
  public boolean inEndpoints() {
    return this == WARMING || this == ACTIVE;
  }
}
