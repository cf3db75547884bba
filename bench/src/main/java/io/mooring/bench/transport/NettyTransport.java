package io.mooring.bench.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** A loop for each processor, the JDK's TLS, and Netty's own handlers for all else. */
final class NettyTransport implements Transport {
  private static final int RESPONSE_BYTES = 8 * 1024;

  private final SSLContext trust;
  private final Executor executor;
  private final Bootstrap bootstrap;

  NettyTransport(SSLContext trust, Executor executor) {
    this.trust = trust;
    this.executor = executor;
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("loop", true),
            NioIoHandler.newFactory());
    this.bootstrap =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true);
  }

  @Override
  public void open(URI url, Header header, Guest guest) {
    bootstrap
        .clone()
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                initialize(channel.pipeline(), url, header, guest);
              }
            })
        .connect(url.getHost(), url.getPort())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                executor.execute(() -> guest.ended(String.valueOf(connected.cause())));
              }
            });
  }

  private void initialize(ChannelPipeline pipeline, URI url, Header header, Guest guest) {
    pipeline.addLast(
        new SslHandler(engine(url)),
        new HttpClientCodec(),
        new HttpObjectAggregator(RESPONSE_BYTES),
        new WebSocketClientProtocolHandler(
            WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(url)
                .subprotocol(SUBPROTOCOL)
                .customHeaders(new DefaultHttpHeaders().add(header.name(), header.value()))
                .maxFramePayloadLength(LONGEST)
                .handshakeTimeoutMillis(TimeUnit.SECONDS.toMillis(HANDSHAKE_SECONDS))
                .build()),
        new WebSocketFrameAggregator(LONGEST),
        new Incoming(guest));
  }

  private SSLEngine engine(URI url) {
    SSLEngine engine = trust.createSSLEngine(url.getHost(), url.getPort());
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  private record Socket(Channel channel) implements Line {
    @Override
    public void send(String text) {
      channel.writeAndFlush(new TextWebSocketFrame(text), channel.voidPromise());
    }

    @Override
    public void cut() {
      channel.close();
    }
  }

  private final class Incoming extends SimpleChannelInboundHandler<TextWebSocketFrame> {
    private final Guest guest;

    Incoming(Guest guest) {
      this.guest = guest;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
        Line line = new Socket(context.channel());
        executor.execute(() -> guest.opened(line));
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
      String message = frame.text();
      executor.execute(() -> guest.text(message));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      executor.execute(() -> guest.ended("the connection was cut"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      executor.execute(() -> guest.ended(cause.toString()));
      context.close();
    }
  }
}
