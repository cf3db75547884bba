package io.mooring.server.channel;

import io.mooring.server.history.Gap;
import io.mooring.server.history.Position;

/** How a subscription became live. */
public sealed interface Admission {
  /** Where the channel was when it did: whatever comes after it will be delivered. */
  Position position();

  /** As it was asked for: without a past. */
  record Fresh(Position position) implements Admission {}

  /**
   * With everything since the client's own position.
   *
   * @param since the client's own position
   * @param replay what came after it, up to {@code position}; the callee's until it returns
   */
  record Resumed(Position since, Replay replay, Position position) implements Admission {}

  /** Without what the client missed, as that cannot be had. */
  record Broken(Gap gap, Position position) implements Admission {}
}
