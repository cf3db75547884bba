package io.mooring.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What the supervisor is asked.
 *
 * @param name of a part; empty where the verb needs none
 */
public record Request(Verb verb, String name) {
  /** What can be asked. */
  public enum Verb {
    /** The addresses and processes of the tier. */
    STATUS,
    /** Stop everything; the connection ends when the supervisor is gone. */
    DOWN,
    KILL,
    /** SIGTERM. */
    TERM,
    FREEZE,
    RESUME,
    START,
    ADD;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  ObjectNode toJson() {
    return JsonNodeFactory.instance.objectNode().put("verb", verb.word()).put("name", name);
  }

  /**
   * @throws IllegalArgumentException for an unknown verb
   */
  static Request fromJson(JsonNode json) {
    return new Request(
        Verb.valueOf(json.path("verb").asText().toUpperCase(Locale.ROOT)),
        json.path("name").asText());
  }
}
