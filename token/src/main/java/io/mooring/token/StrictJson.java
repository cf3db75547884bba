package io.mooring.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** JSON read so that it means one thing only: UTF-8, no member twice, types as expected. */
final class StrictJson {
  // Without canonical names nothing that a stranger sends is kept in a table shared by all parsers.
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(16).maxNumberLength(24).build())
          .build();

  /** JSON of an unexpected shape; the message says which member, what it is, what was expected. */
  static final class ShapeException extends RuntimeException {
    ShapeException(String message) {
      super(message, null, false, false);
    }
  }

  private StrictJson() {}

  /** Moves to the first member of the object that is the whole input. */
  static void begin(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new ShapeException("not a JSON object");
    }
  }

  static void end(JsonParser json) throws IOException {
    if (json.nextToken() != null) {
      throw new ShapeException("text after the JSON object");
    }
  }

  static String text(JsonParser json, String member) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw unexpected(json, member, "a string");
    }
    return json.getText();
  }

  static long whole(JsonParser json, String member) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw unexpected(json, member, "a whole number below 2^63");
    }
    return json.getLongValue();
  }

  static List<String> texts(JsonParser json, String member) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw unexpected(json, member, "an array of strings");
    }
    List<String> texts = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      texts.add(text(json, member + " entry"));
    }
    return texts;
  }

  static void object(JsonParser json, String member) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw unexpected(json, member, "an object");
    }
  }

  /** What is wrong with the text itself; shows none of it, for it may be half a secret. */
  static String syntax(IOException problem) {
    if (problem instanceof JsonParseException parse) {
      return parse.getOriginalMessage().startsWith("Duplicate field")
          ? "a member is there twice"
          : "not JSON at character " + (parse.getLocation().getColumnNr() - 1);
    }
    return "not JSON in UTF-8, or nested too deeply";
  }

  private static ShapeException unexpected(JsonParser json, String member, String expected) {
    return new ShapeException(member + " is " + kind(json) + ", expected " + expected);
  }

  private static String kind(JsonParser json) {
    JsonToken token = json.currentToken();
    if (token == JsonToken.VALUE_NUMBER_FLOAT) {
      return "a number with a fraction or an exponent";
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return "a whole number";
    }
    if (token == JsonToken.VALUE_STRING) {
      return "a string";
    }
    if (token == JsonToken.START_OBJECT) {
      return "an object";
    }
    if (token == JsonToken.START_ARRAY) {
      return "an array";
    }
    return json.currentToken() == JsonToken.VALUE_NULL ? "null" : "true or false";
  }
}
