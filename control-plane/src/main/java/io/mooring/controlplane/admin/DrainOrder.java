package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.http.Status;
import io.mooring.registry.DrainSpec;
import java.io.IOException;
import java.io.InputStream;

/**
 * What an operator asks for: {@code {"rate":20,"deadline":"300s","dry_run":false}}, each of which
 * may be missing; a rate of 0 is the server's own.
 */
record DrainOrder(DrainSpec spec, boolean dryRun) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int LARGEST = 4_096;
  private static final String EXPECTED =
      "expected {\"rate\":20,\"deadline\":\"300s\",\"dry_run\":false}, each of which may be missing";

  /**
   * @param body JSON; nothing at all means the defaults
   * @throws RefusedException naming what cannot be used
   */
  static DrainOrder read(InputStream body) {
    try {
      byte[] bytes = body.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new RefusedException(
            new Problem(
                Status.REQUEST_ENTITY_TOO_LARGE_413,
                "too_large",
                "the body is longer than " + LARGEST + " bytes; " + EXPECTED));
      }
      if (bytes.length == 0) {
        return new DrainOrder(DrainSpec.DEFAULT, false);
      }
      try (JsonParser json = JSON.createParser(bytes)) {
        return read(json);
      }
    } catch (IOException malformed) {
      throw bad("the body is not JSON");
    }
  }

  private static DrainOrder read(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw bad("the body is no JSON object");
    }
    StringBuilder spec = new StringBuilder();
    boolean dryRun = false;
    for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (field) {
        case "rate" -> {
          require(field, json, value == JsonToken.VALUE_NUMBER_INT, "a whole number");
          if (!json.getText().equals("0")) {
            spec.append(" rate=").append(json.getText());
          }
        }
        case "deadline" -> {
          boolean word =
              value == JsonToken.VALUE_STRING && json.getText().chars().noneMatch(c -> c <= ' ');
          require(field, json, word, "a time, for example \"300s\"");
          spec.append(" deadline=").append(json.getText());
        }
        case "dry_run" -> {
          require(field, json, value.isBoolean(), "true or false");
          dryRun = json.getBooleanValue();
        }
        default -> throw bad("the field \"" + field + "\" is not known");
      }
    }
    if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
      throw bad("the body is not one JSON object");
    }
    try {
      return new DrainOrder(DrainSpec.parse(spec.toString()), dryRun);
    } catch (IllegalArgumentException outside) {
      throw bad(String.valueOf(outside.getMessage()));
    }
  }

  private static void require(String field, JsonParser json, boolean right, String expected)
      throws IOException {
    if (!right) {
      throw bad("the field \"" + field + "\" is " + json.getText() + ", not " + expected);
    }
  }

  private static RefusedException bad(String what) {
    return new RefusedException(
        new Problem(Status.BAD_REQUEST_400, "bad_request", what + "; " + EXPECTED));
  }
}
