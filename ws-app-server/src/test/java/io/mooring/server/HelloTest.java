package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelloTest {
  @TempDir private Path folder;

  @Test
  void comesFirstAndSaysWhereToComeBackAndOnWhichTerms() throws Exception {
    try (Stand stand = new Stand(folder);
        Client client = stand.client("ann")) {
      JsonNode hello = client.hello();

      String conn = hello.path("conn").asText();
      assertEquals("hello", hello.path("op").asText());
      assertEquals("app-1", hello.path("server").asText());
      assertEquals(7, hello.path("gen").asLong());
      assertEquals("wss://edge.example:8443/ws/app-1/" + conn, hello.path("url").asText());
      assertEquals(25_000, hello.path("ping_ms").asLong());
      assertEquals(10_000, hello.path("pong_ms").asLong());
      assertEquals(15_000, hello.path("resume_ms").asLong());
      assertEquals(131_072, hello.path("limits").path("message_bytes").asLong());
      assertEquals(30_000, hello.path("backoff").path("max_ms").asLong());
      assertTrue(conn.matches("[A-Za-z0-9_-]{43}"));
    }
  }

  @Test
  void isFollowedByMessagesOfWhateverOneSubscribesTo() throws Exception {
    try (Stand stand = new Stand(folder);
        Client ann = stand.client("ann");
        Client bob = stand.client("bob")) {
      JsonNode subbed = ann.subscribe("demo.room");
      JsonNode pubbed =
          bob.ask(
              "{\"op\":\"pub\",\"id\":5,\"ch\":\"demo.room\",\"data\":{\"hi\": [1, \"ü\"]}}",
              "pubbed");
      JsonNode message = ann.await("msg");

      assertEquals(0, subbed.path("pos").path("off").asLong());
      assertEquals(subbed.path("pos").path("epoch"), pubbed.path("epoch"));
      assertEquals(1, pubbed.path("off").asLong());
      assertEquals(5, pubbed.path("id").asLong());
      assertEquals("{\"hi\":[1,\"ü\"]}", message.path("data").toString());
      assertEquals(pubbed.path("tag"), message.path("tag"));
      assertEquals("bob", message.path("from").asText());
    }
  }

  @Test
  void reachesAClientThatNobodyHereWrote() throws Exception {
    BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    try (Stand stand = new Stand(folder);
        HttpClient http = HttpClient.newHttpClient()) {
      String[] identity = stand.edge().header("ann").split(": ", 2);
      WebSocket socket =
          http.newWebSocketBuilder()
              .subprotocols("mooring.v1.json")
              .header(identity[0], identity[1])
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + stand.port() + "/ws"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket from, CharSequence text, boolean last) {
                      texts.add(text.toString());
                      from.request(1);
                      return CompletableFuture.completedStage(null);
                    }
                  })
              .get(5, TimeUnit.SECONDS);
      socket
          .sendText("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}", true)
          .get(5, TimeUnit.SECONDS);

      assertEquals("mooring.v1.json", socket.getSubprotocol());
      assertTrue(String.valueOf(texts.poll(5, TimeUnit.SECONDS)).startsWith("{\"op\":\"hello\""));
      assertTrue(String.valueOf(texts.poll(5, TimeUnit.SECONDS)).startsWith("{\"op\":\"subbed\""));
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
    }
  }
}
