package io.mooring.cli.training;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a client does all day: handshake, hello, subscribe, publish, receive. */
final class Exercise implements WebSocket.Listener {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String CHANNEL = "demo.training";

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final StringBuilder partial = new StringBuilder();

  private Exercise() {}

  /**
   * Connects once and publishes {@code messages} messages to itself.
   *
   * @throws IllegalStateException if an expected answer does not come
   */
  static void run(HttpClient client, URI edge, String token, int messages) {
    Exercise exercise = new Exercise();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .subprotocols("mooring.v1.json")
            .connectTimeout(PATIENCE)
            .buildAsync(edge, exercise)
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    exercise.await("hello");
    socket.sendText("{\"op\":\"sub\",\"id\":1,\"ch\":\"%s\"}".formatted(CHANNEL), true).join();
    exercise.await("subbed");
    for (int i = 0; i < messages; i++) {
      String publish = "{\"op\":\"pub\",\"id\":%d,\"ch\":\"%s\",\"data\":{\"n\":%d}}";
      socket.sendText(publish.formatted(i + 2, CHANNEL, i), true).join();
      exercise.await("msg");
    }
    socket.sendText("{\"op\":\"unsub\",\"id\":1000,\"ch\":\"%s\"}".formatted(CHANNEL), true).join();
    exercise.await("unsubbed");
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      received.add(partial.toString());
      partial.setLength(0);
    }
    socket.request(1);
    return null;
  }

  private void await(String op) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (long left = PATIENCE.toNanos(); left > 0; left = deadline - System.nanoTime()) {
        String message = received.poll(left, TimeUnit.NANOSECONDS);
        if (message != null && message.contains("\"op\":\"" + op + "\"")) {
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("no \"%s\" came".formatted(op));
  }
}
