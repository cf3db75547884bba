package io.mooring.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is written and read as JSON. Safe for use by many threads. */
final class Frames {
  static final String PONG = "{\"op\":\"pong\"}";

  /** A server takes frames of 64 KiB. */
  private static final int MOST_BYTES = 60_000;

  /** By itself, Jackson would write an emoji as two escapes: twelve bytes instead of four. */
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8);

  private Frames() {}

  /**
   * @throws JsonProcessingException if it is no JSON
   */
  static JsonNode read(String text) throws JsonProcessingException {
    return JSON.readTree(text);
  }

  /** {@code value} in UTF-8. Half characters become escapes, so that this is always text. */
  static String written(Object value) {
    try {
      return new String(JSON.writeValueAsBytes(value), UTF_8);
    } catch (JsonProcessingException notWritable) {
      throw new MooringException(
          "bad_request",
          "the data cannot be written as JSON: " + notWritable.getOriginalMessage(),
          notWritable);
    }
  }

  static String subscribe(long id, String channel, @Nullable Position since, boolean presence) {
    String frame =
        "{\"op\":\"sub\",\"id\":"
            + id
            + ",\"ch\":"
            + written(channel)
            + (presence ? ",\"presence\":true" : "");
    return since == null
        ? frame + "}"
        : frame
            + ",\"pos\":{\"epoch\":"
            + written(since.epoch())
            + ",\"off\":"
            + since.off()
            + ",\"tag\":"
            + since.tag()
            + "}}";
  }

  static String members(long id, String channel, String after) {
    return "{\"op\":\"presence\",\"id\":"
        + id
        + ",\"ch\":"
        + written(channel)
        + ",\"after\":"
        + written(after)
        + "}";
  }

  /**
   * @param again whether the channel is about to be asked for again
   */
  static String unsubscribe(long id, String channel, boolean again) {
    return "{\"op\":\"unsub\",\"id\":"
        + id
        + ",\"ch\":"
        + written(channel)
        + (again ? ",\"again\":true}" : "}");
  }

  static String authenticate(long id, String token) {
    return "{\"op\":\"auth\",\"id\":" + id + ",\"token\":" + written(token) + "}";
  }

  /**
   * What follows the id of a publication, up to the end.
   *
   * @param data JSON as it was written
   */
  static String publication(String channel, String data, @Nullable String key, String dedupe) {
    return ",\"ch\":"
        + written(channel)
        + (key == null ? "" : ",\"key\":" + written(key))
        + ",\"dedupe\":"
        + written(dedupe)
        + ",\"data\":"
        + data
        + "}";
  }

  static String publish(long id, String publication) {
    return "{\"op\":\"pub\",\"id\":" + id + publication;
  }

  /** Several messages in as few arrays as a server takes. */
  static List<String> arrays(List<String> messages) {
    List<String> arrays = new ArrayList<>();
    StringBuilder array = new StringBuilder("[");
    for (String message : messages) {
      // Channels and epochs are ASCII, so that a character is a byte.
      if (array.length() > 1 && array.length() + message.length() > MOST_BYTES) {
        arrays.add(array.append(']').toString());
        array.setLength(1);
      }
      if (array.length() > 1) {
        array.append(',');
      }
      array.append(message);
    }
    if (array.length() > 1) {
      arrays.add(array.append(']').toString());
    }
    return arrays;
  }

  /** How many bytes {@code text} has in UTF-8. */
  static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }

  /** How deep {@code json} is nested: 0 for a plain value. */
  static int depth(JsonNode json) {
    int deepest = 0;
    for (JsonNode child : json) {
      deepest = Math.max(deepest, depth(child));
    }
    return json.isContainerNode() ? deepest + 1 : 0;
  }
}
