package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.Position;

/** How a delivery continues what was delivered before it. */
enum Continuity {
  /** The very next one. */
  NEXT,
  /** One that was delivered already, or lies before where everyone here began. */
  PAST,
  /** Others are missing in between. */
  HOLE,
  /** The log is another one, or was rolled back: what it says contradicts what was delivered. */
  CONTRADICTION;

  /**
   * Judges a delivery.
   *
   * @param at the position of the last delivery
   * @param began up to this offset deliveries may still be on their way: there this server joined
   *     the log, or read it, last
   * @param tagThere the tag of what was delivered at that offset before, or {@link
   *     Excerpt#NOT_HELD} where nobody remembers
   */
  static Continuity of(Position at, long began, long tagThere, Delivery delivery) {
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
    long before = position.off() == at.off() ? at.tag() : tagThere;
    boolean past = before == Excerpt.NOT_HELD ? position.off() <= began : before == position.tag();
    return past ? PAST : CONTRADICTION;
  }
}
