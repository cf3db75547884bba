package io.mooring.server.history;

import java.util.List;
import java.util.Optional;

/**
 * What a log held after an offset, at the moment it was read.
 *
 * @param top the last publication of the log
 * @param after the offset that was asked for
 * @param tagAfter the tag of the publication at {@code after}; 0 at offset 0; {@link #NOT_HELD} if
 *     the log holds neither that entry nor the next one, which names it, or never did
 * @param empty whether the log holds no entry at all
 * @param more whether there was more than was asked for
 * @param deliveries what follows {@code after}, without a hole, as far as it is held and was asked
 *     for; empty if the entry that follows {@code after} is not held
 */
public record Excerpt(
    Position top,
    long after,
    long tagAfter,
    boolean empty,
    boolean more,
    List<Delivery> deliveries) {
  public static final long NOT_HELD = -1;

  /**
   * Judges a position that somebody claims to have seen.
   *
   * @param since of offset {@code after}
   * @return why what follows it cannot be had; empty if {@code deliveries} are all of it
   */
  public Optional<Gap> gapSince(Position since) {
    if (since.off() != after) {
      throw new IllegalArgumentException("read after " + after + ", judged " + since.off());
    }
    if (!since.epoch().equals(top.epoch()) || after > top.off()) {
      return Optional.of(Gap.EPOCH_CHANGED);
    }
    if (after == top.off()) {
      return since.tag() == top.tag() ? Optional.empty() : Optional.of(Gap.EPOCH_CHANGED);
    }
    if (tagAfter != NOT_HELD && tagAfter != since.tag()) {
      return Optional.of(Gap.EPOCH_CHANGED);
    }
    if (tagAfter == NOT_HELD || deliveries.isEmpty()) {
      return Optional.of(empty ? Gap.TTL_EXPIRED : Gap.TRIMMED);
    }
    return more ? Optional.of(Gap.TOO_MANY) : Optional.empty();
  }
}
