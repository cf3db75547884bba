package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.token.Channels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resume that was not even begun is counted like any other that failed. */
class RefusedResumeTest {
  @TempDir private Path folder;

  @Test
  void countsOneThatTheTokenForbids() throws Exception {
    try (Stand stand = new Stand(folder, "--namespaces.demo.open=false")) {
      Edge edge = stand.edge();
      String nothing = edge.header(Edge.with(edge.identity("ann"), Channels.NONE));
      try (Client client = Client.open(stand.port(), "/ws", nothing)) {
        String reason = resume(client, "demo.room");

        assertEquals("forbidden", reason);
        expectCounted(stand, reason);
      }
    }
  }

  @Test
  void countsOneThatTheLogCannotAnswerNow() throws Exception {
    try (Stand stand = new Stand(folder, "--broker=redis", "--redis.url=redis://127.0.0.1:1");
        Client client = stand.client("ann")) {
      String reason = resume(client, "demo.room");

      assertEquals("unavailable", reason);
      expectCounted(stand, reason);
    }
  }

  @Test
  void doesNotCountWhoAskedForNoPast() throws Exception {
    try (Stand stand = new Stand(folder);
        Client client = stand.client("ann")) {
      client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"nowhere.room\"}", "sub_failed");

      assertTrue(
          stand.metrics().contains("mooring_resumes_total{outcome=\"no_such_namespace\"} 0.0"));
    }
  }

  private static String resume(Client client, String channel) throws Exception {
    return client
        .ask(
            "{\"op\":\"sub\",\"id\":1,\"ch\":\""
                + channel
                + "\",\"pos\":{\"epoch\":\"e\",\"off\":1,\"tag\":1}}",
            "sub_failed")
        .path("reason")
        .asText();
  }

  private static void expectCounted(Stand stand, String outcome) {
    String line = "mooring_resumes_total{outcome=\"" + outcome + "\"} 1.0";
    assertTrue(stand.metrics().contains(line), line);
  }
}
