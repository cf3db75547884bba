package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest data of a channel's keys.
 *
 * @param position what it holds is what the log said up to here
 * @param complete whether the log knows all keys that there are
 * @param full whether keys that did not change are among the entries, too; otherwise those that
 *     were deleted are, with a JSON null
 */
record Snapshot(Position position, boolean complete, boolean full, Map<String, Entry> entries) {
  /** A key's data, and the offset of the message that brought it. */
  record Entry(long off, JsonNode data) {}

  /**
   * @throws IllegalArgumentException if it is no snapshot
   */
  static Snapshot of(JsonNode json) {
    Position position =
        Position.of(json)
            .orElseThrow(() -> new IllegalArgumentException("a snapshot without a position"));
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.path("entries").properties()) {
      JsonNode data = entry.getValue().get("data");
      if (data == null) {
        throw new IllegalArgumentException("a snapshot whose key has no data");
      }
      entries.put(entry.getKey(), new Entry(entry.getValue().path("off").asLong(), data));
    }
    return new Snapshot(
        position, json.path("complete").asBoolean(), json.path("full").asBoolean(), entries);
  }
}
