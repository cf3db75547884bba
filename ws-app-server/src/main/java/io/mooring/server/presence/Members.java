package io.mooring.server.presence;

import java.util.List;

/**
 * A room at one moment.
 *
 * @param members in no order
 */
public record Members(Version version, List<Member> members) {
  static final Members NONE = new Members(Version.NONE, List.of());
}
