package io.mooring.server.channel;

import io.mooring.server.broker.Delivery;
import io.mooring.server.broker.Position;

/** How a delivery continues what was delivered before it. */
enum Continuity {
  /** The very next one. */
  NEXT,
  /** One from before the position that the channel began at; nobody here misses it. */
  PAST,
  /** Others are missing in between. */
  HOLE,
  /** The log is another one, or was rolled back: what it says contradicts what was delivered. */
  CONTRADICTION;

  /**
   * Judges a delivery.
   *
   * @param at the position of the last delivery
   * @param began the offset at which this server joined the log: deliveries up to it may still be
   *     on their way
   */
  static Continuity of(Position at, long began, Delivery delivery) {
    Position position = delivery.position();
    if (!position.epoch().equals(at.epoch())) {
      return CONTRADICTION;
    }
    if (position.off() == at.off() + 1) {
      return delivery.previousTag() == at.tag() ? NEXT : CONTRADICTION;
    }
    if (position.off() > at.off()) {
      return HOLE;
    }
    return position.off() <= began || position.equals(at) ? PAST : CONTRADICTION;
  }
}
