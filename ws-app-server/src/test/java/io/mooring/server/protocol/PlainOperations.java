package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mooring.token.TokenVerifier;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of a client read from the tree of their whole JSON, as plainly as docs/protocol.md
 * says them, and with nothing of the server's: what the server reads is judged by it.
 *
 * <p>An operation is a text that begins with its name and id. One that is wrong says which field
 * is.
 */
final class PlainOperations {
  /** A text that is no message at all. */
  static final List<String> MALFORMED = List.of("malformed");

  private static final int DEPTH = 32;
  private static final long MOST = 9_007_199_254_740_992L;

  private static final ObjectMapper TREE =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(10_000).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectReader STRICT =
      TREE.reader(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private PlainOperations() {}

  /** What each message asks for; empty if a field stands there twice, which a tree cannot hold. */
  static Optional<List<String>> read(String text) {
    JsonNode whole;
    try {
      whole = TREE.readTree(text);
    } catch (JsonProcessingException notJson) {
      return Optional.of(MALFORMED);
    }
    if (!(whole.isObject() || whole.isArray()) || depth(whole) > DEPTH) {
      return Optional.of(MALFORMED);
    }
    try {
      var unused = STRICT.readTree(text);
    } catch (JsonProcessingException twice) {
      return Optional.empty();
    }
    List<String> operations = new ArrayList<>();
    for (JsonNode message : whole.isArray() ? whole : List.of(whole)) {
      if (!message.isObject()
          || !isText(message.path("op"))
          || message.get("op").asText().isEmpty()) {
        return Optional.of(MALFORMED);
      }
      operations.add(operation(message));
    }
    return Optional.of(operations);
  }

  private static String operation(JsonNode message) {
    String op = message.get("op").asText();
    String id = isNumber(message.path("id")) ? message.get("id").asText() : "-";
    return switch (op) {
      case "pong" -> "pong";
      case "auth" ->
          judged(message, op, id, List.of("token"), " " + message.path("token").asText());
      case "sub" ->
          judged(
              message,
              op,
              id,
              List.of("id", "ch"),
              channel(message) + presence(message) + position(message));
      case "presence" ->
          judged(
              message,
              op,
              id,
              List.of("id", "ch"),
              channel(message) + " " + message.path("after").asText());
      case "unsub" -> judged(message, op, id, List.of("id", "ch"), channel(message));
      case "pub" ->
          judged(
              message,
              op,
              id,
              List.of("id", "ch", "data"),
              channel(message)
                  + " "
                  + message.path("key").asText()
                  + " "
                  + message.path("dedupe").asText()
                  + " "
                  + message.path("data"));
      default -> "unknown " + id + " " + op;
    };
  }

  private static String judged(
      JsonNode message, String op, String id, List<String> needed, String asked) {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      wrong.addAll(wrong(field.getKey(), field.getValue()));
    }
    needed.stream().filter(name -> !message.has(name)).forEach(wrong::add);
    return wrong.isEmpty()
        ? op + " " + id + asked
        : "invalid " + id + " " + op + ": " + wrong.getFirst();
  }

  /** What is wrong of a field, in the order in which it shows. */
  private static Collection<String> wrong(String name, JsonNode value) {
    boolean right =
        switch (name) {
          case "id" -> isNumber(value);
          case "ch" -> isText(value);
          case "token" -> isText(value, TokenVerifier.MAX_LENGTH);
          case "key" -> isText(value, 255);
          case "dedupe" -> isText(value, 64);
          case "after" -> isText(value, 257);
          case "presence" -> value.isBoolean();
          case "pos" -> value.isObject();
          default -> true;
        };
    if (!right) {
      return List.of(name);
    }
    return name.equals("pos") ? wrongInPosition(value) : List.of();
  }

  private static Collection<String> wrongInPosition(JsonNode position) {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : position.properties()) {
      boolean right =
          switch (field.getKey()) {
            case "off", "tag" -> isNumber(field.getValue());
            case "epoch" -> isText(field.getValue(), 255);
            default -> true;
          };
      if (!right) {
        wrong.add("pos." + field.getKey());
      }
    }
    if (!position.has("off") || !position.has("tag")) {
      wrong.add("pos");
    }
    return wrong;
  }

  private static boolean isNumber(JsonNode value) {
    return value.isIntegralNumber()
        && value.canConvertToLong()
        && value.asLong() >= 0
        && value.asLong() <= MOST;
  }

  private static boolean isText(JsonNode value, int mostBytes) {
    return isText(value) && value.asText().getBytes(UTF_8).length <= mostBytes;
  }

  /** Whether it is a string that UTF-8 can say. */
  private static boolean isText(JsonNode value) {
    try {
      var unused = UTF_8.newEncoder().encode(CharBuffer.wrap(value.asText()));
      return value.isTextual();
    } catch (CharacterCodingException half) {
      return false;
    }
  }

  private static String channel(JsonNode message) {
    return " " + message.path("ch").asText();
  }

  private static String presence(JsonNode message) {
    return message.path("presence").asBoolean() ? " presence" : "";
  }

  private static String position(JsonNode message) {
    JsonNode at = message.path("pos");
    return at.isObject()
        ? " "
            + at.path("epoch").asText()
            + " "
            + at.path("off").asLong()
            + " "
            + at.path("tag").asLong()
        : "";
  }

  private static int depth(JsonNode value) {
    int below = 0;
    for (JsonNode inner : value) {
      below = Math.max(below, depth(inner));
    }
    return value.isContainerNode() ? below + 1 : 0;
  }
}
