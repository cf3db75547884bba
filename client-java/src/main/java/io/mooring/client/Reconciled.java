package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What of a channel's keyed data is different from what the application was told.
 *
 * @param changed keys with new data
 * @param deleted keys that are gone
 */
public record Reconciled(List<Entry> changed, List<String> deleted) {
  public Reconciled {
    changed = List.copyOf(changed);
    deleted = List.copyOf(deleted);
  }

  /**
   * A key's newest data.
   *
   * @param key its name
   * @param data what was published
   * @param off the offset of that message
   */
  public record Entry(String key, JsonNode data, long off) {}
}
