package io.mooring.server;

import static io.mooring.server.ApiStand.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /api/v1/channels}: a channel's history and its snapshot. */
class ChannelsApiTest {
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
}
