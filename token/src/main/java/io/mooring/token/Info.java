package io.mooring.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Optional;

/** The claim {@code info}, a JSON object, as text without spaces. */
final class Info {
  private static final String CLAIM = "info";
  private static final int MOST_BYTES = 512;

  private Info() {}

  /**
   * Reads the object that is the parser's current token.
   *
   * @throws StrictJson.ShapeException if it is anything else, or too long
   */
  static String read(JsonParser json) throws IOException {
    StrictJson.object(json, CLAIM);
    StringWriter text = new StringWriter();
    try (JsonGenerator copy = StrictJson.FACTORY.createGenerator(text)) {
      copy.copyCurrentStructureExact(json);
    }
    String info = text.toString();
    int bytes = info.getBytes(UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new StrictJson.ShapeException(
          "info has " + bytes + " bytes, expected at most " + MOST_BYTES);
    }
    return info;
  }

  /**
   * @throws IllegalArgumentException if it is no JSON object, or too long
   */
  static String parse(String text) {
    try (JsonParser json = StrictJson.FACTORY.createParser(text.getBytes(UTF_8))) {
      json.nextToken();
      String info = read(json);
      StrictJson.end(json);
      return info;
    } catch (StrictJson.ShapeException shape) {
      throw new IllegalArgumentException(shape.getMessage(), shape);
    } catch (IOException syntax) {
      throw new IllegalArgumentException("info: " + StrictJson.syntax(syntax), syntax);
    }
  }

  static void write(JsonGenerator json, Optional<String> info) throws IOException {
    if (info.isPresent()) {
      json.writeFieldName(CLAIM);
      json.writeRawValue(info.get());
    }
  }
}
