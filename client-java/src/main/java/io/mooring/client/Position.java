package io.mooring.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A place in a channel's log. The three are compared together: after a log was rolled back, the
 * same offset can name another message, and only the tag shows it.
 *
 * @param epoch one life of the log
 * @param off counts from 1, without gaps; 0 is before the first message
 * @param tag the mark of that very message
 */
public record Position(String epoch, long off, long tag) {
  /** The position in a message; empty if there is none. */
  static Optional<Position> of(JsonNode json) {
    return json.path("epoch").isTextual()
            && json.path("off").isIntegralNumber()
            && json.path("tag").isIntegralNumber()
        ? Optional.of(
            new Position(
                json.path("epoch").asText(), json.path("off").asLong(), json.path("tag").asLong()))
        : Optional.empty();
  }
}
