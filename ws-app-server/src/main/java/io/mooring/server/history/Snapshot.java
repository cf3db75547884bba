package io.mooring.server.history;

import java.util.SortedMap;

/**
 * The newest entry of each key of a channel, at one moment.
 *
 * @param position the log's top at that moment
 * @param complete whether the entries are all there are: false in an epoch that began without its
 *     past, until a publisher has said that it has written everything again
 * @param full whether every entry is here; false if only those that changed since the position that
 *     was asked for, deletions among them
 * @param entries by key
 */
public record Snapshot(
    Position position, boolean complete, boolean full, SortedMap<String, Entry> entries) {
  /**
   * @param off the offset of the publication that wrote the entry
   * @param data JSON in UTF-8; {@code null}, the four letters, for a key that was deleted
   */
  public record Entry(long off, byte[] data) {}
}
