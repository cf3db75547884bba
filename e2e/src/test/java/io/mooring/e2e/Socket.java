package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client's WebSocket: small, honest about failures, cheap enough to hold thousands. */
final class Socket implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MultiThreadIoEventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private static final long PATIENCE_SECONDS = 15;

  private final Channel channel;
  private final JsonNode hello;
  private final BlockingQueue<JsonNode> received;
  private final List<JsonNode> passedOver = new ArrayList<>();
  private final CompletableFuture<Integer> closed;

  private Socket(Channel channel, JsonNode hello, Handler handler) {
    this.channel = channel;
    this.hello = hello;
    this.received = handler.received;
    this.closed = handler.closed;
  }

  /** A handshake that was answered, but not with 101. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    final int status;

    Refused(int status, String body) {
      super("HTTP " + status + " " + body);
      this.status = status;
    }
  }

  /** Opens a socket; completes with the {@code hello}, or with what went wrong. */
  static CompletableFuture<Socket> open(URI uri, String token, @Nullable SslContext tls) {
    HttpHeaders headers = new DefaultHttpHeaders();
    if (!token.isEmpty()) {
      headers.set("Authorization", "Bearer " + token);
    }
    WebSocketClientHandshaker handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            uri, WebSocketVersion.V13, "mooring.v1.json", false, headers, 256 * 1024);
    Handler handler = new Handler(handshaker);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(LOOPS)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<NioSocketChannel>() {
                  @Override
                  protected void initChannel(NioSocketChannel channel) {
                    if (tls != null) {
                      channel
                          .pipeline()
                          .addLast(tls.newHandler(channel.alloc(), uri.getHost(), uri.getPort()));
                    }
                    channel
                        .pipeline()
                        .addLast(
                            new HttpClientCodec(), new HttpObjectAggregator(256 * 1024), handler);
                  }
                });
    bootstrap
        .connect(uri.getHost(), uri.getPort())
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                handler.opened.completeExceptionally(done.cause());
              }
            });
    return handler.opened;
  }

  JsonNode hello() {
    return hello;
  }

  String server() {
    return hello.path("server").asText();
  }

  URI pinned() {
    return URI.create(hello.path("url").asText());
  }

  void send(String json) {
    channel.writeAndFlush(new TextWebSocketFrame(json));
  }

  /** Stops reading from the network: the peer's TCP stays alive, and nothing is answered. */
  void fallSilent() {
    channel.config().setAutoRead(false);
  }

  /** The first message that fits and was not taken yet; others stay for whoever awaits them. */
  JsonNode await(Predicate<JsonNode> fits) throws InterruptedException {
    for (Iterator<JsonNode> left = passedOver.iterator(); left.hasNext(); ) {
      JsonNode message = left.next();
      if (fits.test(message)) {
        left.remove();
        return message;
      }
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      JsonNode message = received.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (message == null) {
        throw new AssertionError(
            "no such message within " + PATIENCE_SECONDS + " s, but these: " + passedOver);
      }
      if (fits.test(message)) {
        return message;
      }
      passedOver.add(message);
    }
  }

  /** The answer to the request with that id. */
  JsonNode answer(int id) throws InterruptedException {
    return await(message -> message.path("id").asInt(-1) == id);
  }

  JsonNode await(String op) throws InterruptedException {
    return await(message -> message.path("op").asText().equals(op));
  }

  /** Completes with the close code, 1006 when the connection broke. */
  CompletableFuture<Integer> closed() {
    return closed;
  }

  boolean isOpen() {
    return !closed.isDone();
  }

  /** Ends the connection without a word. */
  void drop() {
    channel.close();
  }

  @Override
  public void close() {
    channel.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(sent -> channel.close());
    closed.join();
  }

  private static final class Handler extends SimpleChannelInboundHandler<Object> {
    private final WebSocketClientHandshaker handshaker;
    final CompletableFuture<Socket> opened = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();

    Handler(WebSocketClientHandshaker handshaker) {
      this.handshaker = handshaker;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      handshaker.handshake(context.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) throws Exception {
      if (!handshaker.isHandshakeComplete()) {
        FullHttpResponse response = (FullHttpResponse) message;
        if (response.status().code() != 101) {
          opened.completeExceptionally(
              new Refused(
                  response.status().code(),
                  response.content().toString(java.nio.charset.StandardCharsets.UTF_8)));
          context.close();
          return;
        }
        handshaker.finishHandshake(context.channel(), response);
        return;
      }
      switch ((WebSocketFrame) message) {
        case TextWebSocketFrame text -> deliver(context, JSON.readTree(text.text()));
        case PingWebSocketFrame ping ->
            context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        case CloseWebSocketFrame close -> {
          closed.complete(close.statusCode());
          opened.completeExceptionally(
              new IOException("closed " + close.statusCode() + " " + close.reasonText()));
          context.writeAndFlush(close.retain()).addListener(sent -> context.close());
        }
        default -> {}
      }
    }

    private void deliver(ChannelHandlerContext context, JsonNode frame) {
      for (JsonNode message : frame.isArray() ? frame : JSON.createArrayNode().add(frame)) {
        switch (message.path("op").asText()) {
          case "hello" -> opened.complete(new Socket(context.channel(), message, this));
          case "ping" -> context.writeAndFlush(new TextWebSocketFrame("{\"op\":\"pong\"}"));
          default -> received.add(message);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      closed.complete(1006);
      opened.completeExceptionally(new IOException("the connection ended before hello"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      opened.completeExceptionally(cause);
      context.close();
    }
  }
}
