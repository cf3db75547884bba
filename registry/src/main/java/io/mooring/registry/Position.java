package io.mooring.registry;

/**
 * Where a follower stands in the stream of revisions. It proves itself: a Redis that was rolled
 * back hands out the same revisions again, but never the same tag.
 *
 * @param incarnation "" before the registry has begun
 * @param tag the random mark of the revision
 */
record Position(String incarnation, long revision, String tag) {
  static final Position NONE = new Position("", 0, "");
}
