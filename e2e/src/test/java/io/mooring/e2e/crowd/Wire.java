package io.mooring.e2e.crowd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufInputStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.CodecException;
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
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One WebSocket of a client. Everything happens on the crowd's loop. */
final class Wire {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What the kernel keeps for a client that does not read: left to itself it may be tens of
   * megabytes, and nobody would be found slow for as long as that takes.
   */
  private static final int KERNEL_BYTES = 256 * 1024;

  private static final int MOST_BYTES = 256 * 1024;

  /**
   * Beyond the edge's own limit for a handshake, 10 s, so that its answer is the one that counts.
   */
  private static final long HELLO_SECONDS = 12;

  private final EventLoop loop;
  private final Events events;
  private final long openedAt = System.nanoTime();
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> patience;
  private boolean upgraded;
  private boolean greeted;
  private boolean over;
  private long heardAt = openedAt;

  /** What becomes of a wire; after {@link #ended} nothing but mistakes is told. */
  interface Events {
    void greeted(Wire wire, JsonNode hello);

    void message(Wire wire, JsonNode message);

    void ended(Wire wire, Ending ending);

    /** This client's own code failed, or could not read what the server sent. */
    void mistaken(Throwable mistake);
  }

  /** Not open yet. */
  Wire(EventLoop loop, Events events) {
    this.loop = loop;
    this.events = events;
  }

  /** Begins to open; called on the loop. */
  static Wire open(EventLoop loop, Entrance entrance, URI uri, Events events) {
    Wire wire = new Wire(loop, events);
    HttpHeaders headers =
        new DefaultHttpHeaders().set("Authorization", "Bearer " + entrance.token());
    WebSocketClientHandshaker handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            uri, WebSocketVersion.V13, "mooring.v1.json", false, headers, MOST_BYTES);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_RCVBUF, KERNEL_BYTES)
            .handler(
                new ChannelInitializer<NioSocketChannel>() {
                  @Override
                  protected void initChannel(NioSocketChannel socket) {
                    socket
                        .pipeline()
                        .addLast(
                            entrance.tls().newHandler(socket.alloc(), uri.getHost(), uri.getPort()),
                            new HttpClientCodec(),
                            new HttpObjectAggregator(MOST_BYTES),
                            wire.new Handler(handshaker));
                  }
                });
    wire.patience =
        loop.schedule(
            () -> wire.end(new Ending.Failed("no hello")), HELLO_SECONDS, TimeUnit.SECONDS);
    bootstrap
        .connect(uri.getHost(), uri.getPort())
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                wire.end(new Ending.Failed("no connection"));
              }
            });
    return wire;
  }

  /** Nanoseconds, when it began to open. */
  long openedAt() {
    return openedAt;
  }

  /** Nanoseconds, when the last frame came. */
  long heardAt() {
    return heardAt;
  }

  void send(String json) {
    if (channel != null) {
      channel.writeAndFlush(new TextWebSocketFrame(json));
    }
  }

  /** Ends it as a client that is done with it; nothing more is heard of it. */
  void close() {
    if (!over) {
      over = true;
      settle();
      if (channel != null && greeted) {
        Channel there = channel;
        there.writeAndFlush(new CloseWebSocketFrame(1000, "")).addListener(sent -> there.close());
      } else if (channel != null) {
        channel.close();
      }
    }
  }

  /** Gives it up, as a client does that hears nothing. */
  void abandon() {
    end(new Ending.Closed(1006, "r=silent"));
  }

  /** Ends it as a machine does that lost power and answers with a reset. */
  void reset() {
    Channel there = channel;
    if (there != null) {
      there.config().setOption(ChannelOption.SO_LINGER, 0);
      // From before the TLS handler, which would say goodbye.
      there.pipeline().firstContext().close();
    }
    end(new Ending.Closed(1006, "r=reset"));
  }

  /** Hears and says nothing more, as a machine does whose network has changed; the peer closes. */
  void desert() {
    over = true;
    settle();
  }

  /** Reads nothing from the network, or reads again. */
  void read(boolean reading) {
    if (channel != null) {
      channel.config().setAutoRead(reading);
    }
  }

  private void end(Ending ending) {
    if (!over) {
      over = true;
      settle();
      if (channel != null) {
        channel.close();
      }
      try {
        events.ended(this, ending);
      } catch (RuntimeException | Error mistake) {
        events.mistaken(mistake);
      }
    }
  }

  private void settle() {
    if (patience != null) {
      patience.cancel(false);
      patience = null;
    }
  }

  private final class Handler extends SimpleChannelInboundHandler<Object> {
    private final WebSocketClientHandshaker handshaker;

    Handler(WebSocketClientHandshaker handshaker) {
      this.handshaker = handshaker;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      assert loop.inEventLoop();
      channel = context.channel();
      if (over) {
        context.close();
      } else {
        handshaker.handshake(context.channel());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) throws IOException {
      if (over) {
        if (message instanceof CloseWebSocketFrame) {
          context.close();
        }
        return;
      }
      heardAt = System.nanoTime();
      switch (message) {
        case FullHttpResponse response -> upgraded(context, response);
        case TextWebSocketFrame text -> text(text);
        case PingWebSocketFrame ping ->
            context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        case CloseWebSocketFrame close -> {
          Ending ending = new Ending.Closed(Math.max(close.statusCode(), 1005), close.reasonText());
          context.writeAndFlush(close.retain()).addListener(sent -> context.close());
          end(ending);
        }
        default -> {}
      }
    }

    private void upgraded(ChannelHandlerContext context, FullHttpResponse response) {
      if (response.status().code() == 101) {
        upgraded = true;
        handshaker.finishHandshake(context.channel(), response);
      } else {
        end(new Ending.Refused(response.status().code()));
      }
    }

    private void text(TextWebSocketFrame text) throws IOException {
      JsonNode frame;
      try (InputStream in = new ByteBufInputStream(text.content())) {
        frame = JSON.readTree(in);
      }
      if (frame.isArray()) {
        frame.forEach(this::deliver);
      } else {
        deliver(frame);
      }
    }

    private void deliver(JsonNode message) {
      if (over) {
        return;
      }
      switch (message.path("op").asText()) {
        case "ping" -> send("{\"op\":\"pong\"}");
        case "hello" -> {
          greeted = true;
          settle();
          events.greeted(Wire.this, message);
        }
        default -> events.message(Wire.this, message);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      end(
          greeted
              ? new Ending.Closed(1006, "")
              : new Ending.Failed(upgraded ? "ended before hello" : "ended before an answer"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (isMistake(cause)) {
        events.mistaken(cause);
      }
      end(
          greeted
              ? new Ending.Closed(1006, String.valueOf(cause.getMessage()))
              : new Ending.Failed(cause.getClass().getSimpleName()));
    }

    private static boolean isMistake(Throwable cause) {
      return switch (cause) {
        case CodecException peer -> false;
        case JsonProcessingException unreadable -> true;
        case IOException network -> false;
        case Throwable other -> true;
      };
    }
  }
}
