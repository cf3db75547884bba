package io.mooring.server.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Arrays;

/** Reads JSON that came from outside. Safe for use by many threads. */
public final class JsonInput {
  // Names of fields come from clients: Jackson keeps a bounded table of them, and they are never
  // interned. Without that table it would read by characters and know no byte offsets.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(Terms.JSON_DEPTH).build())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();

  private JsonInput() {}

  /**
   * A parser of the first bytes of an array, by UTF-8, which is not validated within strings. It
   * fails below {@link Terms#JSON_DEPTH}.
   */
  public static JsonParser parser(byte[] bytes, int length) throws IOException {
    return JSON.createParser(bytes, 0, length);
  }

  /**
   * The bytes of the value that begins with the current token, as they were written; the parser
   * then stands at its end.
   *
   * @param bytes what the parser reads, from index 0
   */
  public static byte[] raw(JsonParser json, byte[] bytes) throws IOException {
    int start = (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    json.finishToken();
    return Arrays.copyOfRange(bytes, start, (int) json.currentLocation().getByteOffset());
  }
}
