package io.mooring.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server of WebSockets and snapshots on loopback, which does what a test says. */
final class Quay implements AutoCloseable {
  private static final int MOST_BYTES = 1 << 20;

  /** What is answered instead of an upgrade, or for a snapshot. */
  private record Answer(int status, Map<String, String> headers, String body) {}

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final BlockingQueue<Berth> berths = new LinkedBlockingQueue<>();
  private final Queue<Answer> refusals = new ConcurrentLinkedQueue<>();

  /** Answers that nobody has asked for yet, and who has asked without an answer; of the loop. */
  private final Queue<Answer> snapshots = new ArrayDeque<>();

  private final Queue<ChannelHandlerContext> patient = new ArrayDeque<>();
  private final List<String> handshakes = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Channel channel;
  private final AtomicInteger givenUp = new AtomicInteger();
  private volatile boolean mute;

  private Quay() {
    this.channel =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel socket) {
                    socket
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MOST_BYTES),
                            new WebSocketFrameAggregator(MOST_BYTES),
                            new Conversation());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  static Quay open() {
    return new Quay();
  }

  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  URI url() {
    return URI.create("ws://127.0.0.1:" + port() + "/ws");
  }

  /** The next handshake is answered so. */
  void refuse(int status) {
    refuse(status, Map.of());
  }

  void refuse(int status, Map<String, String> headers) {
    refusals.add(new Answer(status, headers, ""));
  }

  /** From now on handshakes are not answered at all. */
  void fallSilent() {
    mute = true;
  }

  void speakAgain() {
    mute = false;
  }

  /** The next request for a snapshot, or the one that waits, is answered so. */
  void snapshot(int status, String body) {
    Answer answer = new Answer(status, Map.of(), body.replace('\'', '"'));
    channel
        .eventLoop()
        .execute(
            () -> {
              ChannelHandlerContext waiting = patient.poll();
              if (waiting == null) {
                snapshots.add(answer);
              } else {
                send(waiting, answer);
              }
            });
  }

  /** The next socket. */
  Berth accept() throws InterruptedException {
    Berth berth = berths.poll(10, TimeUnit.SECONDS);
    if (berth == null) {
      throw new AssertionError("no socket was opened for 10 s; handshakes: " + handshakes);
    }
    return berth;
  }

  /** The next socket, on which hello was said. */
  Berth greet() throws InterruptedException {
    Berth berth = accept();
    berth.greet("/ws/s1/c1");
    return berth;
  }

  boolean hasBerth() {
    return !berths.isEmpty();
  }

  /** The paths of all handshakes, answered or not. */
  List<String> handshakes() {
    return handshakes;
  }

  /** How many connections ended before their handshake was answered with a socket. */
  int givenUp() {
    return givenUp.get();
  }

  /** Paths and queries of all requests for snapshots. */
  List<String> asked() {
    return asked;
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void answerSnapshot(ChannelHandlerContext context) {
    Answer answer = snapshots.poll();
    if (answer == null) {
      patient.add(context);
    } else {
      send(context, answer);
    }
  }

  private static void send(ChannelHandlerContext context, Answer answer) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status),
            Unpooled.copiedBuffer(answer.body, UTF_8));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    answer.headers.forEach(response.headers()::set);
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private final class Conversation extends SimpleChannelInboundHandler<Object> {
    private @Nullable Berth berth;

    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
      if (message instanceof FullHttpRequest request) {
        request(context, request);
      } else if (message instanceof WebSocketFrame frame && berth != null) {
        frame(context, berth, frame);
      }
    }

    private void request(ChannelHandlerContext context, FullHttpRequest request) {
      if (!request.headers().contains(HttpHeaderNames.UPGRADE)) {
        asked.add(request.uri());
        answerSnapshot(context);
        return;
      }
      handshakes.add(request.uri());
      Answer refusal = refusals.poll();
      if (refusal != null) {
        send(context, refusal);
      } else if (!mute) {
        upgrade(context, request);
      }
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
      WebSocketServerHandshaker handshaker =
          new WebSocketServerHandshakerFactory(
                  "ws://127.0.0.1" + request.uri(), "mooring.v1.json", false, MOST_BYTES)
              .newHandshaker(request);
      Berth made =
          new Berth(
              context.channel(),
              request.uri(),
              String.valueOf(request.headers().get(HttpHeaderNames.AUTHORIZATION)));
      berth = made;
      handshaker.handshake(context.channel(), request).addListener(done -> berths.add(made));
    }

    private static void frame(ChannelHandlerContext context, Berth berth, WebSocketFrame frame) {
      if (frame instanceof TextWebSocketFrame text) {
        berth.arrived(text.text());
      } else if (frame instanceof PongWebSocketFrame) {
        berth.probed();
      } else if (frame instanceof CloseWebSocketFrame close) {
        berth.ended(close.statusCode());
        context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (berth == null) {
        givenUp.incrementAndGet();
      } else {
        berth.ended(1006);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
