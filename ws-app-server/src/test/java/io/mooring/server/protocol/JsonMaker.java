package io.mooring.server.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.choice.Choices;
import java.util.ArrayList;
import java.util.List;

/** Makes what a client might send: messages of JSON, with fields that are wrong here and there. */
final class JsonMaker {
  private static final List<String> OPS =
      List.of("sub", "unsub", "pub", "pub", "auth", "pong", "what", "s\\u0075b", "");
  private static final List<String> FIELDS =
      List.of("data", "key", "dedupe", "pos", "token", "other", "k\\u0065y", "op", "ch", "id");
  private static final List<String> SPACES = List.of("", "", "", "", "", " ", "\n", "\t\r ");
  private static final List<String> PIECES =
      List.of(
          "a",
          ".",
          "room",
          "é",
          "€",
          "😀",
          "\\ud83d\\ude00",
          "\\u00e9",
          "\\n",
          "\\\"",
          "\\\\",
          "\\/",
          "\\u0000",
          "\\ud83d",
          "\\ude00",
          "\u007f",
          "'",
          "\\b");
  private static final List<String> NUMBERS =
      List.of(
          "1",
          "0",
          "7",
          "9007199254740992",
          "9007199254740993",
          "-1",
          "-0",
          "9223372036854775807",
          "9223372036854775808",
          "1e3",
          "1.0",
          "1E400",
          "00",
          "123456789012345678901234567890.5");

  /** Characters of every length, and how many bytes of them the fields may hold. */
  private static final List<String> CHARACTERS = List.of("x", "é", "€", "😀");

  private static final List<Integer> LIMITS = List.of(64, 64, 255, 255, 8_192);
  private static final List<String> LITERALS = List.of("null", "true", "false", "[]", "{}", "nul");

  private final Choices choices;

  private JsonMaker(Choices choices) {
    this.choices = choices;
  }

  /** An input of {@link JsonFuzz}. */
  static byte[] make(Choices choices) {
    JsonMaker maker = new JsonMaker(choices);
    String text;
    if (choices.once(4)) {
      List<String> messages = new ArrayList<>();
      for (int i = choices.below(4); i > 0; i--) {
        messages.add(maker.spaced(choices.once(32) ? maker.value(0) : maker.message()));
      }
      text = "[" + String.join(",", messages) + "]";
    } else {
      text = maker.message();
    }
    return choices.damaged(maker.spaced(text).getBytes(UTF_8));
  }

  private String message() {
    List<String> fields = new ArrayList<>();
    if (!choices.once(32)) {
      fields.add(field("op", choices.once(32) ? value(0) : "\"" + choices.of(OPS) + "\""));
    }
    if (!choices.once(8)) {
      fields.add(field("id", choices.once(16) ? value(0) : choices.of(NUMBERS)));
    }
    if (!choices.once(8)) {
      fields.add(field("ch", choices.once(16) ? value(0) : string()));
    }
    for (int i = choices.below(5); i > 0; i--) {
      String name = choices.of(FIELDS);
      fields.add(choices.below(fields.size() + 1), field(name, of(name)));
    }
    return "{" + String.join(",", fields) + "}";
  }

  /** A value for the field, as it is expected there, more often than not. */
  private String of(String field) {
    if (choices.once(8)) {
      return value(0);
    }
    return switch (field) {
      case "data", "other" -> value(0);
      case "pos" -> position();
      case "id" -> choices.of(NUMBERS);
      default -> string();
    };
  }

  private String position() {
    List<String> fields = new ArrayList<>();
    for (String name : List.of("epoch", "off", "tag")) {
      if (!choices.once(16)) {
        boolean wrong = choices.once(16);
        String right = name.equals("epoch") ? string() : choices.of(NUMBERS);
        fields.add(choices.below(fields.size() + 1), field(name, wrong ? value(0) : right));
      }
    }
    return "{" + String.join(",", fields) + "}";
  }

  private String value(int depth) {
    return switch (choices.below(depth > 3 ? 3 : 6)) {
      case 0 -> choices.of(NUMBERS);
      case 1 -> string();
      case 2 -> choices.of(LITERALS);
      case 3 -> {
        int deep = choices.between(28, 33);
        yield choices.once(4) ? "[".repeat(deep) + "]".repeat(deep) : "[" + value(depth + 1) + "]";
      }
      case 4 -> "{" + field(choices.of(FIELDS), value(depth + 1)) + "}";
      default -> "[" + value(depth + 1) + "," + value(depth + 1) + "]";
    };
  }

  private String string() {
    StringBuilder text = new StringBuilder();
    if (choices.once(4)) {
      String character = choices.of(CHARACTERS);
      int bytes = choices.of(LIMITS) + choices.between(-1, 4);
      text.append(character.repeat(bytes / character.getBytes(UTF_8).length));
    }
    for (int i = choices.below(4); i > 0; i--) {
      text.append(choices.of(PIECES));
    }
    return "\"" + text + "\"";
  }

  private String field(String name, String value) {
    return spaced("\"" + name + "\"") + ":" + spaced(value);
  }

  private String spaced(String text) {
    return choices.once(8) ? choices.of(SPACES) + text + choices.of(SPACES) : text;
  }
}
