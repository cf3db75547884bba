package io.mooring.registry;

import java.util.Map;

/**
 * One entry of the stream: a server as it stands from this revision on, or the mark that a restored
 * registry holds everything again.
 */
record Revision(long number, Map<String, String> fields) {
  /**
   * @param entryId {@code <revision>-0}
   */
  static Revision of(String entryId, Map<String, String> fields) {
    return new Revision(Long.parseLong(entryId.substring(0, entryId.indexOf('-'))), fields);
  }

  boolean follows(Position position) {
    return number == position.revision() + 1
        && position.incarnation().equals(fields.get("incarnation"))
        && position.tag().equals(fields.get("previous"));
  }

  Position position() {
    return new Position(
        fields.getOrDefault("incarnation", ""), number, fields.getOrDefault("tag", ""));
  }

  boolean restored() {
    return fields.containsKey("restored");
  }
}
