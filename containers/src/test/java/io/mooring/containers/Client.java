package io.mooring.containers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A client's socket: says what the server told it, and when it ended. */
final class Client implements WebSocket.Listener, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringBuilder text = new StringBuilder();
  private final CompletableFuture<JsonNode> hello = new CompletableFuture<>();
  private final CompletableFuture<Void> leaving = new CompletableFuture<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private volatile @Nullable WebSocket socket;

  private Client() {}

  /** Completes once the server has said hello; exceptionally when the handshake is refused. */
  static CompletableFuture<Client> open(HttpClient http, URI uri, String token) {
    Client client = new Client();
    return http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + token)
        .subprotocols("mooring.v1.json")
        .buildAsync(uri, client)
        .thenCompose(opened -> client.hello.thenApply(hello -> client));
  }

  String server() {
    return hello.join().path("server").asText();
  }

  URI pinned() {
    return URI.create(hello.join().path("url").asText());
  }

  /** Completes when the server asked this client to go; exceptionally when it just ended. */
  CompletableFuture<Void> leaving() {
    return leaving;
  }

  /** The close code; 1006 when the connection broke. */
  CompletableFuture<Integer> closed() {
    return closed;
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    opened.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      take(from, text.toString());
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  private void take(WebSocket from, String frame) {
    JsonNode tree;
    try {
      tree = JSON.readTree(frame);
    } catch (JsonProcessingException malformed) {
      hello.completeExceptionally(malformed);
      return;
    }
    for (JsonNode message : tree.isArray() ? tree : JSON.createArrayNode().add(tree)) {
      switch (message.path("op").asText()) {
        case "hello" -> {
          // One that says nothing within ten seconds would be sent away.
          send(from, "{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
          hello.complete(message);
        }
        case "ping" -> send(from, "{\"op\":\"pong\"}");
        case "reconnect" -> leaving.complete(null);
        default -> {}
      }
    }
  }

  private void send(WebSocket to, String message) {
    to.sendText(message, true)
        .whenComplete(
            (sent, failure) -> {
              if (failure != null) {
                end(1006, failure.toString());
              }
            });
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    end(code, "closed " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    end(1006, failure.toString());
  }

  private void end(int code, String why) {
    closed.complete(code);
    leaving.completeExceptionally(new IllegalStateException(why));
    hello.completeExceptionally(new IllegalStateException(why));
  }

  @Override
  public void close() {
    WebSocket open = socket;
    if (open != null) {
      open.abort();
    }
  }
}
