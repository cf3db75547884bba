package io.mooring.server.presence;

import java.util.Optional;
import java.util.SequencedMap;

/**
 * Some of a room's members, in the order of their users.
 *
 * @param count how many there are in all
 * @param members user → info, empty for none
 * @param next after whom the next page begins; empty if this is the last
 */
public record Page(int count, SequencedMap<String, String> members, Optional<String> next) {
  /** So many members are told at once. */
  public static final int SIZE = 100;
}
