package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A message of a channel.
 *
 * @param channel the channel's name
 * @param position where it stands in the channel's log
 * @param data what was published, any JSON; a JSON null with a key deletes the key
 * @param key the entry of the channel's snapshot that it replaces
 * @param from the id of the user or of the key that published it
 */
public record Message(
    String channel, Position position, JsonNode data, Optional<String> key, Optional<String> from) {
  /** Its offset in the channel's log. */
  public long off() {
    return position.off();
  }

  /** Its own mark. */
  public long tag() {
    return position.tag();
  }

  /** The life of the log to which it belongs. */
  public String epoch() {
    return position.epoch();
  }
}
