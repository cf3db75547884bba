package io.mooring.client;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The server's end of one socket, as a test scripts it. */
final class Berth {
  static final int LIVES = -1;

  private final Channel channel;
  private final String path;
  private final String authorization;
  private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
  private final AtomicInteger probes = new AtomicInteger();
  private volatile int closedWith = LIVES;

  Berth(Channel channel, String path, String authorization) {
    this.channel = channel;
    this.path = path;
    this.authorization = authorization;
  }

  /** Of the handshake. */
  String path() {
    return path;
  }

  String authorization() {
    return authorization;
  }

  void arrived(String text) {
    try {
      received.add(Frames.read(text));
    } catch (JsonProcessingException notJson) {
      throw new IllegalStateException(notJson);
    }
  }

  void probed() {
    probes.incrementAndGet();
  }

  /** How often the client has written what needs no answer. */
  int probes() {
    return probes.get();
  }

  void ended(int code) {
    if (closedWith == LIVES) {
      closedWith = code;
    }
  }

  /** The next message that is no pong; an array is one. */
  JsonNode receive() throws InterruptedException {
    JsonNode next;
    do {
      next = received.poll(10, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("the client has sent nothing for 10 s");
      }
    } while (next.path("op").asText().equals("pong"));
    return next;
  }

  /** The next message, which has this op; of an array of one, that one. */
  JsonNode receive(String op) throws InterruptedException {
    JsonNode next = receive();
    JsonNode one = next.isArray() && next.size() == 1 ? next.get(0) : next;
    if (!one.path("op").asText().equals(op)) {
      throw new AssertionError("expected " + op + ", but the client has sent " + next);
    }
    return one;
  }

  /** Whether the client has sent nothing that was not received here, pongs excepted. */
  boolean isQuiet() {
    return received.stream().allMatch(message -> message.path("op").asText().equals("pong"));
  }

  void awaitPong() {
    await()
        .until(
            () -> {
              JsonNode first = received.peek();
              return first != null && first.path("op").asText().equals("pong");
            });
    received.remove();
  }

  void send(String json) {
    channel.writeAndFlush(new TextWebSocketFrame(json.replace('\'', '"')));
  }

  /** Says hello, with {@code pin} as the path to come back to. */
  void greet(String pin) {
    send(
        """
        {'op':'hello','conn':'c1','server':'s1','gen':1,'url':'ws://127.0.0.1:%d%s',
         'ping_ms':25000,'pong_ms':10000,'resume_ms':30000,
         'limits':{'frame_bytes':65536,'message_bytes':131072,'subscriptions':128,
                   'messages_per_10s':120,'queue_bytes':1048576,'first_message_ms':10000,
                   'json_depth':32},
         'backoff':{'first_ms':500,'max_ms':30000,'reset_ms':10000}}
        """
            .formatted(((InetSocketAddress) channel.localAddress()).getPort(), pin));
  }

  void close(int code, String reason) {
    channel.writeAndFlush(new CloseWebSocketFrame(code, reason));
  }

  /** Resets the connection. */
  void drop() {
    ((SocketChannel) channel).config().setSoLinger(0);
    channel.close();
  }

  /** Ends the connection without a word. */
  void hangUp() {
    channel.close();
  }

  /** The code with which the client has closed it, once it has; 1006 if it only went away. */
  int awaitEnd() {
    await().until(() -> closedWith != LIVES);
    return closedWith;
  }

  boolean lives() {
    return closedWith == LIVES;
  }
}
