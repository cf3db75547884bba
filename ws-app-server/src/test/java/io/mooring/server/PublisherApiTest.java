package io.mooring.server;

import static io.mooring.server.ApiStand.NEWS;
import static io.mooring.server.ApiStand.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import io.mooring.server.stand.Registrar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /api/v1} as publishers use it, on the server's own port. */
class PublisherApiTest {
  @TempDir private Path folder;
  private ApiStand stand;
  private Publisher press;

  @BeforeEach
  void start() throws IOException {
    stand = new ApiStand(folder);
    press = stand.press;
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void aSubscriberGetsWhatIsPublishedAndFromWhom() throws Exception {
    try (Client ann = stand.server.client("ann")) {
      ann.subscribe("demo.room");

      JsonNode position =
          press
              .ask("POST", "publish", "{\"ch\":\"demo.room\",\"data\":{\"hi\":1},\"key\":\"k\"}")
              .json();

      JsonNode channel = press.get("channels/demo.room").json();
      assertEquals(1, channel.path("subscribers_here").asInt());
      assertEquals(Publisher.position(position), Publisher.position(channel));
      assertEquals(0, press.get("channels/demo.b").json().path("subscribers_here").asInt(-1));
      JsonNode message = ann.await("msg");
      assertEquals(1, message.path("data").path("hi").asInt());
      assertEquals("press-1", message.path("from").asText());
      assertEquals("k", message.path("key").asText());
      assertEquals(1, position.path("off").asLong());
      assertEquals(position.path("off"), message.path("off"));
      assertEquals(position.path("tag"), message.path("tag"));
    }
  }

  @Test
  void dataIsKeptAsItWasWritten() throws Exception {
    List<String> written =
        List.of(
            "{\"a\" : 1.0e0,\n \"b\":\"\\u00fc ü 🙂\", \"b\":[ ]}", "\"x\"", "-0", "null", "true");
    for (String data : written) {
      press.publish("{\"data\": " + data + " , \"ch\":\"demo.room\"}");
    }

    String body = press.get("channels/demo.room/history").body();

    for (String data : written) {
      assertTrue(body.contains("\"data\":" + data + "}"), body);
    }
  }

  @Test
  void theSameDedupeIsPublishedOnce() throws Exception {
    String body = "{\"ch\":\"demo.room\",\"data\":1,\"dedupe\":\"a\"}";
    String first = press.publish(body);

    assertEquals(first, press.publish(body));
    assertNotEquals(first, press.publish(body.replace("\"a\"", "\"b\"")));
    assertEquals(2, press.get("channels/demo.room").json().path("off").asInt());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``                                              | 400 | not_json          | ``",
        "{                                               | 400 | not_json          | ``",
        "{\"ch\":\"demo.a\",\"data\":1} 2                | 400 | not_json          | ``",
        "{\"ch\":\"demo.a\",\"data\":01}                 | 400 | not_json          | ``",
        "{\"ch\":\"demo.a\",\"data\":NaN}                | 400 | not_json          | ``",
        "[]                                              | 400 | bad_request       | a publication",
        "7                                               | 400 | bad_request       | a publication",
        "{\"ch\":\"demo.a\"}                             | 400 | bad_request       | data",
        "{\"data\":1}                                    | 400 | bad_request       | ch",
        "{\"ch\":7,\"data\":1}                           | 400 | bad_request       | ch",
        "{\"ch\":null,\"data\":1}                        | 400 | bad_request       | ch",
        "{\"ch\":\"\",\"data\":1}                        | 400 | bad_channel       | ch",
        "{\"ch\":\"demo.{a}\",\"data\":1}                | 400 | bad_channel       | ch",
        "{\"ch\":\"demo.a\\r\\n\",\"data\":1}            | 400 | bad_channel       | ch",
        "{\"ch\":\"nowhere.a\",\"data\":1}               | 404 | no_such_namespace | ch",
        "{\"ch\":\"demo\",\"data\":1}                    | 404 | no_such_namespace | ch",
        "{\"ch\":\"own.other\",\"data\":1}               | 403 | forbidden         | ch",
        "{\"ch\":\"demo.a\",\"data\":1,\"kee\":\"x\"}    | 400 | unknown_field     | field",
        "{\"ch\":\"demo.a\",\"data\":1,\"data\":2}       | 400 | twice             | field",
        "{\"ch\":\"demo.a\",\"data\":1,\"key\":1}        | 400 | bad_request       | key",
        "{\"ch\":\"demo.a\",\"data\":1,\"key\":\"\"}     | 400 | bad_request       | key",
        "{\"ch\":\"demo.a\",\"data\":1,\"key\":\"\\ud800\"} | 400 | bad_request    | key",
        "{\"ch\":\"demo.a\",\"data\":1,\"dedupe\":[]}    | 400 | bad_request       | dedupe",
      })
  void whatCannotBePublishedIsRefusedWithTheReason(
      String body, int status, String code, String field) throws Exception {
    Answer answer = press.ask("POST", "publish", body);

    assertRefused(status, code, answer);
    assertEquals(field, answer.json().path("field").asText());
    assertEquals(0, press.get("channels/demo.a").json().path("off").asInt());
  }

  @Test
  void limitsAreKept() throws Exception {
    String start = "{\"ch\":\"demo.a\",\"data\":";
    int most = 128 * 1024;
    String longest = start + "\"" + "x".repeat(most - start.length() - 3) + "\"}";
    assertEquals(most, longest.length());

    press.publish(longest);
    press.publish(start + "[".repeat(31) + "]".repeat(31) + "}");
    press.publish(
        start + "1,\"key\":\"" + "ü".repeat(127) + "\",\"dedupe\":\"" + "d".repeat(64) + "\"}");

    assertRefused(413, "too_large", press.ask("POST", "publish", longest + " "));
    assertRefused(413, "too_large", press.ask("POST", "publish", " ".repeat(3 << 20)));
    assertRefused(
        400,
        "not_json",
        press.ask("POST", "publish", start + "[".repeat(32) + "]".repeat(32) + "}"));
    assertRefused(
        400,
        "bad_request",
        press.ask("POST", "publish", start + "1,\"key\":\"" + "ü".repeat(128) + "\"}"));
    assertRefused(
        400,
        "bad_request",
        press.ask("POST", "publish", start + "1,\"dedupe\":\"" + "d".repeat(65) + "\"}"));
    assertEquals(3, press.get("channels/demo.a").json().path("off").asInt());
  }

  @Test
  void aBatchIsAnsweredInItsOrderAndOneFlawHarmsNoOther() throws Exception {
    String items =
        "[{\"ch\":\"demo.a\",\"data\":1},"
            + "{\"ch\":\"demo.a\"},"
            + "{\"ch\":\"own.other\",\"data\":1},"
            + "{\"ch\":\"demo.b\",\"data\":{\"x\":[1]}},"
            + "7,"
            + "{\"ch\":\"demo.a\",\"data\":2,\"extra\":{\"deep\":[]}},"
            + "{\"ch\":\"demo.a\",\"data\":3}]";

    for (String body : List.of(items, "{\"publications\":" + items + "}")) {
      Answer answer = press.ask("POST", "publish/batch", body);

      assertEquals(200, answer.status(), answer.body());
      List<String> outcomes = new ArrayList<>();
      answer
          .json()
          .path("results")
          .forEach(
              result ->
                  outcomes.add(
                      result.has("epoch")
                          ? "off " + result.path("off")
                          : result.path("code").asText()));
      int before = body.startsWith("[") ? 0 : 1;
      assertEquals(
          List.of(
              "off " + (1 + 2 * before),
              "bad_request",
              "forbidden",
              "off " + (1 + before),
              "bad_request",
              "unknown_field",
              "off " + (2 + 2 * before)),
          outcomes);
    }
  }

  @Test
  void aBatchHasLimits() throws Exception {
    String one = "{\"ch\":\"demo.a\",\"data\":1}";
    String thousand = "[" + (one + ",").repeat(999) + one + "]";

    JsonNode results = press.ask("POST", "publish/batch", thousand).json().path("results");

    assertEquals(1_000, results.size());
    assertEquals(1_000, results.path(999).path("off").asInt());
    assertRefused(
        400,
        "too_many",
        press.ask("POST", "publish/batch", thousand.replace("]", "," + one + "]")));
    assertRefused(
        413,
        "too_large",
        press.ask("POST", "publish/batch", "[" + " ".repeat(1 << 20) + one + "]"));
    for (String wrong : List.of("[]", "{}", "7", "{\"publications\":7}", "{\"other\":[]}")) {
      assertEquals(400, press.ask("POST", "publish/batch", wrong).status(), wrong);
    }
    assertEquals(
        "publications is \"[]\", expected 1 to 1000 publications",
        press.ask("POST", "publish/batch", "[]").json().path("detail").asText());
    assertRefused(
        400,
        "unknown_field",
        press.ask("POST", "publish/batch", "{\"publications\":[" + one + "],\"more\":1}"));
    assertRefused(400, "not_json", press.ask("POST", "publish/batch", "[" + one));
    assertEquals(1_000, press.get("channels/demo.a").json().path("off").asInt());
  }

  @Test
  void otherPathsAndMethodsAreRefusedAsProblems() throws Exception {
    assertRefused(404, "not_found", press.get("nothing"));
    assertRefused(404, "not_found", press.get("channels/demo.a/else"));
    Answer method = press.get("publish");
    assertRefused(405, "method_not_allowed", method);
    assertEquals("POST", method.header("allow").orElse(""));
  }

  @Test
  void theDescriptionIsServedToEverybody() throws Exception {
    try (Publisher nobody = stand.publisher()) {
      Answer answer = nobody.get("openapi.yaml");

      assertEquals(200, answer.status());
      assertEquals("application/yaml", answer.header("content-type").orElse(""));
      assertTrue(answer.body().startsWith("openapi: 3.1.0"));
    }
  }

  @Test
  void withoutTheLogItSaysThatItIsUnavailable() throws Exception {
    try (Stand alone =
            new Stand(
                Registrar.start(),
                new Edge(Files.createDirectory(folder.resolve("alone"))),
                "--broker=redis",
                "--redis.url=redis://127.0.0.1:1");
        Publisher other =
            new Publisher(
                alone.server().httpPort(),
                "authorization",
                "Bearer " + stand.token("publisher", NEWS))) {
      Answer published = other.ask("POST", "publish", "{\"ch\":\"demo.room\",\"data\":1}");

      assertRefused(503, "unavailable", published);
      assertEquals("1", published.header("retry-after").orElse(""));
      assertRefused(503, "unavailable", other.get("channels/demo.room/snapshot"));
      JsonNode batch =
          other.ask("POST", "publish/batch", "[{\"ch\":\"demo.room\",\"data\":1}]").json();
      assertEquals("unavailable", batch.at("/results/0/code").asText());
    }
  }
}
