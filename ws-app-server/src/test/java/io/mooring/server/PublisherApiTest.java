package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import io.mooring.token.ApiKeys;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /api/v1} as publishers use it, on the server's own port. */
class PublisherApiTest {
  private static final Channels NEWS =
      new Channels(List.of("demo.*", "small.*"), List.of("demo.*", "small.*", "own.$sub"));

  @TempDir private Path folder;
  private Stand stand;
  private ApiKeys.Fresh key = ApiKeys.fresh("none", Channels.NONE);
  private Publisher press;

  @BeforeEach
  void start() throws IOException {
    key = ApiKeys.fresh("desk", new Channels(List.of(), List.of("demo.*")));
    Path keys = Files.writeString(folder.resolve("api.keys"), key.line());
    stand =
        new Stand(
            folder,
            "--api-keys=" + keys,
            "--namespaces.small.history.size=5",
            "--namespaces.brief.history.ttl=2s",
            "--namespaces.brief.open=true",
            "--namespaces.own.open=false",
            "--namespaces.demo.open=false");
    press = publisher("authorization", "Bearer " + token("publisher", NEWS));
  }

  @AfterEach
  void end() {
    press.close();
    stand.close();
  }

  private Publisher publisher(String... headers) {
    return new Publisher(stand.server().httpPort(), headers);
  }

  private String token(String role, Channels channels) {
    return stand
        .edge()
        .token(new Grant("press-1", Optional.empty(), role, channels, Duration.ofHours(1)));
  }

  private static void assertRefused(int status, String code, Answer answer) throws IOException {
    assertEquals(status, answer.status(), answer.body());
    assertEquals(code, answer.code(), answer.body());
    assertEquals(status, answer.json().path("status").asInt());
    assertEquals("application/problem+json", answer.header("content-type").orElse(""));
  }

  @Test
  void aSubscriberGetsWhatIsPublishedAndFromWhom() throws Exception {
    try (Client ann = stand.client("ann")) {
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
  void anApiKeyPublishesUnderItsNameOnItsChannelsOnly() throws Exception {
    try (Publisher desk = publisher("x-api-key", key.key());
        Publisher thief = publisher("x-api-key", "desk." + "A".repeat(43))) {
      desk.publish("{\"ch\":\"demo.room\",\"data\":1}");

      assertEquals(
          "desk",
          press.get("channels/demo.room/history").json().at("/publications/0/from").asText());
      assertRefused(
          403, "forbidden", desk.ask("POST", "publish", "{\"ch\":\"small.x\",\"data\":1}"));
      assertRefused(403, "forbidden", desk.get("channels/demo.room"));
      assertRefused(401, "bad_auth", thief.get("channels/demo.room"));
    }
  }

  @Test
  void aTokenNeedsTheRoleAndTheRight() throws Exception {
    Channels none = Channels.NONE;
    try (Publisher client = publisher("authorization", "Bearer " + token("client", NEWS));
        Publisher admin = publisher("authorization", "Bearer " + token("admin", NEWS));
        Publisher mute = publisher("authorization", "Bearer " + token("publisher", none));
        Publisher forged = publisher("authorization", "Bearer " + token("admin", NEWS) + "AA");
        Publisher basic = publisher("authorization", "Basic eDp5");
        Publisher two = publisher("authorization", "Bearer x", "x-api-key", key.key());
        Publisher nobody = publisher()) {
      String body = "{\"ch\":\"demo.room\",\"data\":1}";

      admin.publish(body);
      admin.publish("{\"ch\":\"own.press-1\",\"data\":1}");
      assertRefused(
          403, "forbidden", admin.ask("POST", "publish", "{\"ch\":\"own.press-2\",\"data\":1}"));
      assertRefused(403, "role", client.ask("POST", "publish", body));
      assertRefused(403, "forbidden", mute.ask("POST", "publish", body));
      assertRefused(401, "bad_auth", forged.ask("POST", "publish", body));
      assertRefused(401, "bad_auth", basic.ask("POST", "publish", body));
      assertRefused(401, "credentials_many", two.ask("POST", "publish", body));
      Answer refused = nobody.ask("POST", "publish", body);
      assertRefused(401, "credentials_missing", refused);
      assertEquals("Bearer realm=\"mooring\"", refused.header("www-authenticate").orElse(""));
    }
  }

  @Test
  void everyRoleReadsTheChannelsOfItsTokenAndChangesNothing() throws Exception {
    press.publish("{\"ch\":\"demo.room\",\"data\":1,\"key\":\"k\"}");
    try (Publisher client = publisher("authorization", "Bearer " + token("client", NEWS));
        Publisher stranger =
            publisher("authorization", "Bearer " + token("client", Channels.NONE));
        Publisher edge = publisher()) {
      for (String page : List.of("", "/history", "/snapshot")) {
        assertEquals(200, client.get("channels/demo.room" + page).status());
        assertRefused(403, "forbidden", stranger.get("channels/demo.room" + page));
      }
      assertEquals(
          200,
          edge.get(
                  "channels/demo.room/snapshot",
                  "x-mooring-identity",
                  identity("GET /api/v1/channels/demo.room/snapshot", "client"))
              .status());
      assertRefused(
          403,
          "role",
          client.ask("PUT", "channels/demo.room/snapshot/complete", "{\"epoch\":\"e\"}"));
      assertRefused(403, "role", client.ask("POST", "publish/batch", "[]"));
    }
  }

  /** An identity as an auth-filter signs it for a request. */
  private String identity(String asked, String role) {
    Identity any = stand.edge().identity("press-2");
    String header =
        stand
            .edge()
            .header(
                new Identity(
                    any.sub(),
                    any.tenant(),
                    role,
                    NEWS,
                    any.exp(),
                    any.jti(),
                    any.kid(),
                    "",
                    any.base(),
                    asked,
                    any.iat(),
                    IdentitySigner.nonce(),
                    0,
                    Optional.empty()));
    return header.substring(header.indexOf(' ') + 1);
  }

  @Test
  void anIdentityOfTheEdgeIsGoodForItsRequestOnce() throws Exception {
    String body = "{\"ch\":\"demo.room\",\"data\":1}";
    String name = "x-mooring-identity";
    try (Publisher edge = publisher()) {
      String good = identity("POST /api/v1/publish", "publisher");

      assertEquals(200, edge.ask("POST", "publish", body, name, good).status());
      assertRefused(403, "identity_replayed", edge.ask("POST", "publish", body, name, good));
      assertRefused(
          503,
          "unavailable",
          edge.ask("POST", "publish", body, name, good, "x-envoy-attempt-count", "2"));
      for (String other :
          List.of("/api/v1/publish", "GET /api/v1/publish", "POST /api/v1/publish/batch", "/ws")) {
        assertRefused(
            403,
            "identity_path",
            edge.ask("POST", "publish", body, name, identity(other, "publisher")));
      }
      assertRefused(
          403,
          "role",
          edge.ask("POST", "publish", body, name, identity("POST /api/v1/publish", "client")));
      assertRefused(403, "identity_invalid", edge.ask("POST", "publish", body, name, "1.k1.x.y"));
      assertRefused(
          403,
          "identity_path",
          edge.get("connections", name, identity("GET /api/v1/connections", "admin")));
      assertEquals(
          "press-2",
          press.get("channels/demo.room/history").json().at("/publications/0/from").asText());
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
    assertRefused(
        400,
        "unknown_field",
        press.ask("POST", "publish/batch", "{\"publications\":[" + one + "],\"more\":1}"));
    assertRefused(400, "not_json", press.ask("POST", "publish/batch", "[" + one));
    assertEquals(1_000, press.get("channels/demo.a").json().path("off").asInt());
  }

  @Test
  void historyIsReadPageByPageAndSaysWhenItCannotGoOn() throws Exception {
    List<String> positions = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      positions.add(press.publish("{\"ch\":\"small.a\",\"data\":" + i + "}"));
    }

    JsonNode newest = press.get("channels/small.a/history").json();
    JsonNode page = press.get("channels/small.a/history?limit=2&since=" + positions.get(3)).json();
    String last = Publisher.position(page.at("/publications/1"));
    JsonNode rest = press.get("channels/small.a/history?since=" + last).json();

    assertEquals(5, newest.path("publications").size());
    assertFalse(newest.path("more").asBoolean(true));
    assertEquals(positions.get(7), Publisher.position(newest));
    assertEquals(5, page.at("/publications/0/data").asInt());
    assertTrue(page.path("more").asBoolean());
    assertEquals(positions.get(5), last);
    assertEquals(2, rest.path("publications").size());
    assertFalse(rest.path("more").asBoolean(true));
    JsonNode nothing = press.get("channels/small.a/history?since=" + positions.get(7)).json();
    assertEquals(0, nothing.path("publications").size());

    String top = positions.get(7);
    assertRefused(
        410, "trimmed", press.get("channels/small.a/history?since=" + positions.getFirst()));
    String forged = top.substring(0, top.lastIndexOf(':') + 1) + "1";
    assertRefused(409, "epoch_changed", press.get("channels/small.a/history?since=" + forged));
    assertRefused(409, "epoch_changed", press.get("channels/small.a/history?since=x:0:0"));
  }

  @Test
  void historyHasWhatIsNewestThoughWhatWasBeforeItIsForgotten() throws Exception {
    for (int i = 1; i <= 5; i++) {
      press.publish("{\"ch\":\"brief.a\",\"data\":" + i + "}");
    }
    Awaitility.await()
        .until(() -> press.get("channels/brief.a/history").json().path("publications").isEmpty());

    String answer =
        press
            .ask(
                "POST",
                "publish/batch",
                "[{\"ch\":\"brief.a\",\"data\":6},{\"ch\":\"brief.a\",\"data\":7}]")
            .body();
    JsonNode newest = press.get("channels/brief.a/history").json();

    assertEquals(2, newest.path("publications").size(), answer);
    assertEquals(6, newest.at("/publications/0/data").asInt());
    assertEquals(7, newest.at("/publications/1/off").asInt());
    assertFalse(newest.path("more").asBoolean(true));
  }

  @Test
  void aSnapshotHoldsTheNewestOfEachKeyAndOnlyWhatChangedIfAsked() throws Exception {
    press.publish("{\"ch\":\"demo.a\",\"data\":1,\"key\":\"one\"}");
    press.publish("{\"ch\":\"demo.a\",\"data\":2,\"key\":\"two\"}");
    String since = press.publish("{\"ch\":\"demo.a\",\"data\":3}");
    press.publish("{\"ch\":\"demo.a\",\"data\":4,\"key\":\"one\"}");
    press.publish("{\"ch\":\"demo.a\",\"data\":null,\"key\":\"two\"}");

    JsonNode whole = press.get("channels/demo.a/snapshot").json();
    JsonNode changed = press.get("channels/demo.a/snapshot?since=" + since).json();
    JsonNode unknown = press.get("channels/demo.a/snapshot?since=x:1:1").json();

    assertTrue(whole.path("full").asBoolean());
    assertEquals(5, whole.path("off").asInt());
    assertEquals("{\"one\":{\"off\":4,\"data\":4}}", whole.path("entries").toString());
    assertFalse(changed.path("full").asBoolean(true));
    assertEquals(
        "{\"one\":{\"off\":4,\"data\":4},\"two\":{\"off\":5,\"data\":null}}",
        changed.path("entries").toString());
    assertEquals(whole, unknown);
  }

  @Test
  void aSnapshotThatDidNotChangeIsNotSentAgain() throws Exception {
    press.publish("{\"ch\":\"demo.a\",\"data\":1,\"key\":\"one\"}");
    String path = "channels/demo.a/snapshot";
    String tag = press.get(path).header("etag").orElseThrow();

    for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
      Answer answer = press.get(path, "if-none-match", known);
      assertEquals(304, answer.status(), known);
      assertEquals("", answer.body());
      assertEquals(tag, answer.header("etag").orElse(""));
    }
    assertEquals(200, press.get(path, "if-none-match", "\"other\"").status());
    press.publish("{\"ch\":\"demo.a\",\"data\":2}");
    assertEquals(200, press.get(path, "if-none-match", tag).status());
  }

  @Test
  void aPublisherSaysThatASnapshotIsComplete() throws Exception {
    String epoch =
        press.publish("{\"ch\":\"demo.a\",\"data\":1,\"key\":\"one\"}").split(":", -1)[0];
    String path = "channels/demo.a/snapshot";
    Answer before = press.get(path);
    assertFalse(before.json().path("complete").asBoolean(true));

    Answer another = press.ask("PUT", path + "/complete", "{\"epoch\":\"other\"}");
    Answer done = press.ask("PUT", path + "/complete", "{\"epoch\":\"" + epoch + "\"}");

    assertRefused(409, "epoch_changed", another);
    assertEquals(epoch, another.json().path("expected").asText());
    assertEquals(204, done.status(), done.body());
    Answer after = press.get(path, "if-none-match", before.header("etag").orElseThrow());
    assertTrue(after.json().path("complete").asBoolean());
    for (String wrong : List.of("", "{}", "{\"epoch\":1}", "[]", "{\"epoch\":\"a\",\"b\":1}")) {
      assertEquals(400, press.ask("PUT", path + "/complete", wrong).status(), wrong);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "channels/demo.a/history?limit=0, bad_request",
    "channels/demo.a/history?limit=1001, bad_request",
    "channels/demo.a/history?limit=x, bad_request",
    "channels/demo.a/history?since=, bad_request",
    "channels/demo.a/history?since=k:1, bad_request",
    "channels/demo.a/history?since=k:-1:1, bad_request",
    "channels/demo.a/history?since=k:01:1, bad_request",
    "channels/demo.a/snapshot?since=a:b:c, bad_request",
    "channels/demo.a/snapshot?since=k:1:1&since=k:1:1, twice",
    "channels/demo.a?x=1, unknown_parameter",
    "channels/demo%7Ba, bad_channel",
  })
  void whatCannotBeAskedIsRefusedWithTheReason(String path, String code) throws Exception {
    assertRefused(400, code, press.get(path));
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
    try (Publisher nobody = publisher()) {
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
                io.mooring.server.stand.Registrar.start(),
                new Edge(Files.createDirectory(folder.resolve("alone"))),
                "--broker=redis",
                "--redis.url=redis://127.0.0.1:1");
        Publisher other =
            new Publisher(
                alone.server().httpPort(), "authorization", "Bearer " + token("publisher", NEWS))) {
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
