package io.mooring.server.presence;

import java.util.List;

/**
 * What happened together in a room.
 *
 * @param before the version to which it happened
 * @param moves in order, at least one; each makes the version's number 1 more
 */
public record Moves(Version before, List<Move> moves) {
  /** The version that comes of it. */
  public Version after() {
    return before.after(moves.size());
  }
}
