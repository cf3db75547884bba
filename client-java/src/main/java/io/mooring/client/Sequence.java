package io.mooring.client;

/** What the place of a message says, after the last one that its socket brought. */
enum Sequence {
  /** It is the next. */
  NEXT,

  /** It was there before. */
  DUPLICATE,

  /** Something between the last one and this is missing. */
  GAP,

  /** The same offset names another message than before: the log is not what it was. */
  CONTRADICTION;

  /**
   * @param last where its socket stood
   * @param conflate whether the server may leave out what is out of date
   */
  static Sequence of(Position last, long off, long tag, boolean conflate) {
    if (off == last.off()) {
      return tag == last.tag() ? DUPLICATE : CONTRADICTION;
    }
    if (off < last.off()) {
      return DUPLICATE;
    }
    return off == last.off() + 1 || conflate ? NEXT : GAP;
  }
}
