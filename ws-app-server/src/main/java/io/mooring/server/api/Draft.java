package io.mooring.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.http.Status;
import io.mooring.server.protocol.JsonInput;
import io.mooring.server.protocol.Terms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A publication as a request describes it, or what is wrong with that. JSON is taken strictly: a
 * field that is unknown, stands twice or has another type is a problem, and nothing is guessed.
 */
sealed interface Draft {
  /**
   * @param data JSON in UTF-8, as it was written
   * @param key empty for none
   * @param dedupe empty for none
   */
  record Whole(String channel, byte[] data, String key, String dedupe) implements Draft {}

  record Flawed(Problem problem) implements Draft {}

  int KEY_BYTES = 255;
  int DEDUPE_BYTES = 64;

  /**
   * One of several may be flawed without harm to the others.
   *
   * @param mostBytes how long each one's data may be
   * @param most how many there may be
   * @throws RefusedException if the body as a whole cannot be read
   */
  static List<Draft> several(byte[] body, int mostBytes, int most) {
    String expected = "an array of publications, or an object with one in \"publications\"";
    try (JsonParser json = JsonInput.parser(body, body.length)) {
      JsonToken first = json.nextToken();
      boolean wrapped = first == JsonToken.START_OBJECT;
      if (wrapped) {
        if (json.nextToken() != JsonToken.FIELD_NAME) {
          throw Problem.missing("publications", "an array of publications").refusal();
        }
        if (!json.currentName().equals("publications")) {
          throw unknown(json.currentName(), "publications").refusal();
        }
        first = json.nextToken();
      }
      if (first != JsonToken.START_ARRAY) {
        throw Problem.missing(wrapped ? "publications" : "the body", expected).refusal();
      }
      List<Draft> drafts = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (drafts.size() == most) {
          throw Problem.of(
                  Status.BAD_REQUEST_400,
                  "too_many",
                  "more than " + most + " publications; send them in several requests")
              .refusal();
        }
        drafts.add(read(json, body, mostBytes));
      }
      if (wrapped && json.nextToken() != JsonToken.END_OBJECT) {
        throw unknown(json.currentName(), "publications alone").refusal();
      }
      expectEnd(json);
      if (drafts.isEmpty()) {
        throw Problem.of(
                Status.BAD_REQUEST_400,
                "bad_request",
                "publications",
                "[]",
                "1 to " + most + " publications")
            .refusal();
      }
      return drafts;
    } catch (IOException syntax) {
      throw notJson();
    }
  }

  /**
   * @param mostBytes how long the data may be
   * @throws RefusedException if it is flawed
   */
  static Whole one(byte[] body, int mostBytes) {
    try (JsonParser json = JsonInput.parser(body, body.length)) {
      json.nextToken();
      Draft draft = read(json, body, mostBytes);
      expectEnd(json);
      return switch (draft) {
        case Whole whole -> whole;
        case Flawed flawed -> throw flawed.problem().refusal();
      };
    } catch (IOException syntax) {
      throw notJson();
    }
  }

  /**
   * The one string member of an object.
   *
   * @throws RefusedException if the body is anything else
   */
  static String member(byte[] body, String name) {
    String expected = "a string";
    try (JsonParser json = JsonInput.parser(body, body.length)) {
      if (json.nextToken() != JsonToken.START_OBJECT || json.nextToken() != JsonToken.FIELD_NAME) {
        if (json.currentToken() == null) {
          throw notJson();
        }
        json.skipChildren();
        throw Problem.missing(name, expected).refusal();
      }
      if (!json.currentName().equals(name)) {
        throw unknown(json.currentName(), name).refusal();
      }
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw Problem.missing(name, expected).refusal();
      }
      String value = json.getText();
      if (json.nextToken() != JsonToken.END_OBJECT) {
        throw unknown(json.currentName(), name + " alone").refusal();
      }
      expectEnd(json);
      return value;
    } catch (IOException syntax) {
      throw notJson();
    }
  }

  private static Draft read(JsonParser json, byte[] body, int mostBytes) throws IOException {
    if (json.currentToken() == null) {
      throw notJson();
    }
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return new Flawed(Problem.missing("a publication", "an object with ch and data"));
    }
    @Nullable Problem problem = null;
    @Nullable String channel = null;
    byte @Nullable [] data = null;
    String key = "";
    String dedupe = "";
    Set<String> seen = new HashSet<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      @Nullable Problem flaw = null;
      if (!seen.add(name)) {
        json.skipChildren();
        flaw = Problem.of(Status.BAD_REQUEST_400, "twice", "field", name, "each field once");
      } else {
        switch (name) {
          case "ch", "key", "dedupe" -> {
            String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : null;
            json.skipChildren();
            flaw = flawOf(name, text);
            String taken = text == null ? "" : text;
            switch (name) {
              case "ch" -> channel = taken;
              case "key" -> key = taken;
              default -> dedupe = taken;
            }
          }
          case "data" -> {
            data = JsonInput.raw(json, body);
            if (data.length > mostBytes) {
              flaw =
                  Problem.of(
                      Status.REQUEST_ENTITY_TOO_LARGE_413,
                      "too_large",
                      "data has " + data.length + " bytes, expected at most " + mostBytes);
            }
          }
          default -> {
            json.skipChildren();
            flaw = unknown(name, "ch, data, key or dedupe");
          }
        }
      }
      problem = problem == null ? flaw : problem;
    }
    if (problem != null) {
      return new Flawed(problem);
    }
    if (channel == null || data == null) {
      return new Flawed(
          channel == null
              ? Problem.missing("ch", "a channel's name")
              : Problem.missing("data", "any JSON value"));
    }
    return new Whole(channel, data, key, dedupe);
  }

  private static @Nullable Problem flawOf(String name, @Nullable String text) {
    int most =
        switch (name) {
          case "key" -> KEY_BYTES;
          case "dedupe" -> DEDUPE_BYTES;
          default -> Integer.MAX_VALUE;
        };
    String expected =
        name.equals("ch") ? "a channel's name" : "a string of 1 to " + most + " bytes in UTF-8";
    if (text == null) {
      return Problem.missing(name, expected);
    }
    boolean fits =
        !text.isEmpty()
            && UTF_8.newEncoder().canEncode(text)
            && (text.length() <= most / 3 || text.getBytes(UTF_8).length <= most);
    return fits || name.equals("ch")
        ? null
        : Problem.of(Status.BAD_REQUEST_400, "bad_request", name, text, expected);
  }

  private static Problem unknown(String name, String expected) {
    return Problem.of(Status.BAD_REQUEST_400, "unknown_field", "field", name, expected);
  }

  private static void expectEnd(JsonParser json) throws IOException {
    if (json.nextToken() != null) {
      throw Body.notJson("the body has more than one JSON value");
    }
  }

  private static RefusedException notJson() {
    return Body.notJson(
        "the body is not JSON (RFC 8259), or nested deeper than " + Terms.JSON_DEPTH);
  }
}
