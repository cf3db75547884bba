package io.mooring.e2e;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Some other team's WebSocket server, which knows nothing of Mooring: it echoes, and remembers
 * every request that reached it.
 */
final class ForeignEcho implements AutoCloseable {
  private static final int MOST_BYTES = 64 * 1024;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Channel listener;

  /**
   * What a server sees of a handshake.
   *
   * @param uri path and query
   * @param headers lower-case names; several values of one name joined
   */
  record Request(String uri, Map<String, String> headers) {}

  ForeignEcho() {
    this.listener =
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
                            new Handler());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Every handshake that arrived, in order. */
  List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    group.shutdownGracefully().awaitUninterruptibly();
  }

  private final class Handler extends SimpleChannelInboundHandler<Object> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, Object message) {
      switch (message) {
        case FullHttpRequest request -> upgrade(context, request);
        case PingWebSocketFrame ping ->
            context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        case CloseWebSocketFrame close ->
            context.writeAndFlush(close.retain()).addListener(sent -> context.close());
        case WebSocketFrame frame -> context.writeAndFlush(frame.retain());
        default -> {}
      }
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
      requests.add(
          new Request(
              request.uri(),
              request.headers().entries().stream()
                  .collect(
                      Collectors.toMap(
                          header -> header.getKey().toLowerCase(java.util.Locale.ROOT),
                          Map.Entry::getValue,
                          (one, other) -> one + "," + other))));
      WebSocketServerHandshaker handshaker =
          new WebSocketServerHandshakerFactory("", "mooring.v1.json", false, MOST_BYTES)
              .newHandshaker(request);
      handshaker.handshake(context.channel(), request);
    }
  }
}
