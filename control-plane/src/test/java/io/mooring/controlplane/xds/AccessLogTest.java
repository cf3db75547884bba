package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.controlplane.xds.Handshake.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an Envoy writes of the requests that it gets. */
class AccessLogTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AuthService auth = AuthService.start();
  private static final Backend backend = Backend.start("app-1");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    edge = Edge.start(folder, Edge.config(auth.address()));
    edge.show(Edge.server(backend));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    backend.close();
  }

  /** The lines of the connection of this id, as soon as there are so many. */
  private static List<JsonNode> lines(String connectionId, int count) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                log()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .map(AccessLogTest::parsed)
                    .filter(line -> line.path("conn").asText().equals(connectionId))
                    .toList(),
            lines -> lines.size() >= count);
  }

  private static String log() {
    try {
      return Files.readString(edge.envoy().log());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }

  @Test
  void aSocketIsSeenWhenItBeginsAndWhenItHasEnded() {
    auth.answering(request -> allow("seen-twice", backend.address()));

    try (Answer live = Handshake.to(edge.port()).send()) {
      assertEquals(101, live.status());
      JsonNode begun = lines("seen-twice", 1).getFirst();
      assertEquals("DownstreamTunnelSuccessfullyEstablished", begun.path("event").asText());
      assertEquals(backend.address().toString(), begun.path("server").asText());
      assertEquals(1, begun.path("attempts").asInt());
    }

    JsonNode ended = lines("seen-twice", 2).getLast();
    assertEquals("DownstreamEnd", ended.path("event").asText());
    assertEquals(101, ended.path("status").asInt());
    assertEquals("127.0.0.1", ended.path("client").asText());
  }

  @Test
  void noTokenIsWritten() {
    auth.answering(request -> allow("with-tokens", backend.address()));

    Handshake.to(edge.port())
        .path("/ws/app-1/c?ticket=secret-ticket&access_token=secret-query")
        .with("Authorization: Bearer secret-token")
        .with("Cookie: session=secret-cookie")
        .with("Sec-WebSocket-Protocol: mooring.v1, bearer.secret-protocol")
        .with("Referer: https://app.test/?token=secret-referer")
        .send()
        .close();

    assertEquals("/ws/app-1/c", lines("with-tokens", 2).getLast().path("path").asText());
    assertFalse(log().contains("secret"), AccessLogTest::log);
  }

  @Test
  void itCanBeTurnedDownWithoutAChangeOfTheListener() {
    auth.answering(request -> allow("unseen", backend.address()));
    assertEquals("OK\n", edge.envoy().adminPost("/runtime_modify?" + AccessLogs.SAMPLING + "=0"));
    try {
      Handshake.to(edge.port()).send().close();
      // Its end is written, or not, when Envoy finds the client gone.
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> edge.envoy().stat("http.ws.downstream_cx_active") == 0);
    } finally {
      edge.envoy().adminPost("/runtime_modify?" + AccessLogs.SAMPLING + "=100");
    }
    auth.answering(request -> allow("after", backend.address()));
    Handshake.to(edge.port()).send().close();

    lines("after", 2);

    assertEquals(List.of(), lines("unseen", 0));
  }
}
