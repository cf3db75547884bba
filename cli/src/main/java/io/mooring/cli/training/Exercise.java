package io.mooring.cli.training;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a client does all day: handshake, hello, subscribe, publish, receive, and come back. */
final class Exercise implements WebSocket.Listener {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern POSITION = Pattern.compile("\"pos\":(\\{[^}]*})");

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final StringBuilder partial = new StringBuilder();
  private final String channel;
  private long lastId;

  private Exercise(String channel) {
    this.channel = channel;
  }

  /**
   * Connects once and publishes {@code messages} messages to itself on a channel; then connects
   * beside that and gets them again twice, from a server's memory or from the log.
   *
   * @throws IllegalStateException if an expected answer does not come
   */
  static void run(HttpClient client, URI edge, String token, String channel, int messages) {
    Exercise stays = new Exercise(channel);
    WebSocket first = stays.connect(client, edge, token);
    String start = stays.subscribe(first, "");
    for (int i = 0; i < messages; i++) {
      String publish = "{\"op\":\"pub\",\"id\":%d,\"ch\":\"%s\",\"data\":{\"n\":%d}}";
      first.sendText(publish.formatted(++stays.lastId, channel, i), true).join();
      stays.await("msg");
    }
    Exercise comesBack = new Exercise(channel);
    WebSocket second = comesBack.connect(client, edge, token);
    comesBack.resume(second, start, messages);
    stays.unsubscribe(first);
    comesBack.resume(second, start, messages);
    first.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    second.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  private WebSocket connect(HttpClient client, URI edge, String token) {
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .subprotocols("mooring.v1.json")
            .connectTimeout(PATIENCE)
            .buildAsync(edge, this)
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
    await("hello");
    return socket;
  }

  /** Everything after a position, and nothing more of the channel. */
  private void resume(WebSocket socket, String position, int messages) {
    subscribe(socket, ",\"pos\":" + position);
    for (int i = 0; i < messages; i++) {
      await("msg");
    }
    unsubscribe(socket);
  }

  /**
   * @param since from where on; empty for from now on
   * @return from where on it is
   */
  private String subscribe(WebSocket socket, String since) {
    String subscribe = "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\"%s}";
    socket.sendText(subscribe.formatted(++lastId, channel, since), true).join();
    String answer = await("subbed");
    Matcher position = POSITION.matcher(answer);
    if (!position.find()) {
      throw new IllegalStateException("no position in " + answer);
    }
    return position.group(1);
  }

  private void unsubscribe(WebSocket socket) {
    String unsubscribe = "{\"op\":\"unsub\",\"id\":%d,\"ch\":\"%s\"}";
    socket.sendText(unsubscribe.formatted(++lastId, channel), true).join();
    await("unsubbed");
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

  private String await(String op) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (long left = PATIENCE.toNanos(); left > 0; left = deadline - System.nanoTime()) {
        String message = received.poll(left, TimeUnit.NANOSECONDS);
        if (message != null && message.contains("\"op\":\"" + op + "\"")) {
          return message;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("no \"%s\" came".formatted(op));
  }
}
