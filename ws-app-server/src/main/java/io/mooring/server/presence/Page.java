package io.mooring.server.presence;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Some of a room's members, in the order of their users.
 *
 * @param count how many there are in all
 * @param digest the {@link Digest} of all
 * @param members user → info, empty for none
 * @param next after whom the next page begins; empty if this is the last
 */
public record Page(
    int count, long digest, SequencedMap<String, String> members, Optional<String> next) {
  /** So many members are told at once. */
  public static final int SIZE = 100;

  /**
   * @param all in no order
   * @param after the last user of the page before; empty for the first page
   */
  public static Page of(Collection<Member> all, String after, int most) {
    Digest digest = new Digest();
    NavigableMap<String, String> sorted = new TreeMap<>();
    for (Member member : all) {
      digest.add(member.user());
      sorted.put(member.user(), member.info());
    }
    return of(sorted, digest.value(), after, most);
  }

  /**
   * @param all user → info
   */
  static Page of(NavigableMap<String, String> all, long digest, String after, int most) {
    SequencedMap<String, String> page = new LinkedHashMap<>();
    for (Map.Entry<String, String> member : all.tailMap(after, false).entrySet()) {
      if (page.size() == most) {
        return new Page(all.size(), digest, page, Optional.of(page.lastEntry().getKey()));
      }
      page.put(member.getKey(), member.getValue());
    }
    return new Page(all.size(), digest, page, Optional.empty());
  }
}
