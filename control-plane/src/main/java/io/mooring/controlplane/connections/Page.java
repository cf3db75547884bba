package io.mooring.controlplane.connections;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One server's answer. Whoever registered may answer anything, so that what does not fit is refused
 * and not repaired.
 *
 * @param total how many connections fit the question
 * @param rows some of them
 */
record Page(long total, List<Row> rows) {
  private static final int LONGEST_TEXT = 256;
  private static final long MOST_CONNECTIONS = 100_000_000;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(8).maxNumberLength(20).build())
          .build();

  /**
   * Reads the answer of a server.
   *
   * @param most how many rows were asked for
   * @throws IOException if it is not what was asked for
   */
  static Page read(String server, byte[] body, boolean closed, int most) throws IOException {
    long total = -1;
    List<Row> rows = new ArrayList<>();
    try (JsonParser json = FACTORY.createParser(body)) {
      expect(json.nextToken() == JsonToken.START_OBJECT, "an object");
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = String.valueOf(json.currentName());
        json.nextToken();
        switch (name) {
          case "total" -> total = whole(json, name);
          case "connections" -> rows(json, server, closed, most, rows);
          default -> json.skipChildren();
        }
      }
      expect(json.nextToken() == null, "nothing after the object");
    }
    expect(total >= rows.size() && total <= MOST_CONNECTIONS, "total to count the connections");
    return new Page(total, rows);
  }

  private static void rows(JsonParser json, String server, boolean closed, int most, List<Row> rows)
      throws IOException {
    expect(json.currentToken() == JsonToken.START_ARRAY, "connections to be an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(rows.size() < most, "at most " + most + " connections");
      rows.add(row(json, server, closed));
    }
  }

  private static Row row(JsonParser json, String server, boolean closed) throws IOException {
    expect(json.currentToken() == JsonToken.START_OBJECT, "each connection to be an object");
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = String.valueOf(json.currentName());
      json.nextToken();
      switch (name) {
        case "conn", "user", "role", "envoy", "reason" -> texts.put(name, text(json, name));
        case "tenant" -> {
          if (json.currentToken() != JsonToken.VALUE_NULL) {
            texts.put(name, text(json, name));
          }
        }
        case "age_ms", "channels", "queued_bytes", "exp", "code", "closed_ms_ago" ->
            numbers.put(name, whole(json, name));
        default -> json.skipChildren();
      }
    }
    return new Row(
        server,
        present(texts, "conn"),
        present(texts, "user"),
        Optional.ofNullable(texts.get("tenant")),
        present(texts, "role"),
        present(texts, "envoy"),
        present(numbers, "age_ms"),
        present(numbers, "channels"),
        present(numbers, "queued_bytes"),
        present(numbers, "exp"),
        closed
            ? Optional.of(
                new Row.Ending(
                    present(numbers, "code"),
                    present(texts, "reason"),
                    present(numbers, "closed_ms_ago")))
            : Optional.empty());
  }

  /** A text goes to terminals as it stands, and no server has a reason to send anything else. */
  private static String text(JsonParser json, String name) throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_STRING, name + " to be a string");
    String text = json.getText();
    expect(
        text.length() <= LONGEST_TEXT && text.chars().allMatch(c -> c >= ' ' && c <= '~'),
        name + " to be at most " + LONGEST_TEXT + " printable ASCII characters");
    return text;
  }

  private static long whole(JsonParser json, String name) throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " to be a whole number");
    long number = json.getLongValue();
    expect(number >= 0, name + " to be 0 or more");
    return number;
  }

  private static <T> T present(Map<String, T> fields, String name) throws IOException {
    T value = fields.get(name);
    if (value == null) {
      throw new IOException("expected each connection to have " + name);
    }
    return value;
  }

  private static void expect(boolean condition, String what) throws IOException {
    if (!condition) {
      throw new IOException("expected " + what);
    }
  }
}
