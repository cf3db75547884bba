package io.mooring.e2e.crowd;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client of a test that is wrong must not look like a socket that the tier lost. */
@Tag("untimed")
class MistakesTest {
  private static final String HELLO =
      "{\"op\":\"hello\",\"server\":\"app-1\",\"url\":\"wss://localhost/ws/app-1/x\",\"ping_ms\":60000,\"pong_ms\":60000}";
  private static final String SUBBED =
      "{\"op\":\"subbed\",\"id\":1,\"ch\":\"demo.crowd-0\",\"pos\":{\"epoch\":\"e\",\"off\":0,\"tag\":0},\"recovered\":false}";

  @Test
  void whatAClientCannotHandleFailsTheTestThatRunsIt() throws Exception {
    try (Server server = new Server()) {
      Crowd crowd =
          new Crowd(server.entrance(), new Crowd.Shape("crowd", 1, 1, 1, 0, 0, 0, false, false), 1)
              .gather();

      server.say(
          "{\"op\":\"msg\",\"ch\":\"demo.never-asked-for\",\"off\":1,\"tag\":1,\"data\":{}}");

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> crowd.report().socketsClosed() > 0);
      AssertionError failed = assertThrows(AssertionError.class, crowd::close);
      assertInstanceOf(IllegalStateException.class, failed.getCause());
    }
  }

  /** Greets, says that every subscription is live, and what it is told to say. */
  private static final class Server implements AutoCloseable {
    private final EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final X509Bundle certificate;
    private final Channel listener;

    Server() throws Exception {
      certificate =
          new CertificateBuilder()
              .subject("CN=localhost")
              .addSanDnsName("localhost")
              .setIsCertificateAuthority(true)
              .ecp256()
              .buildSelfSigned();
      SslContext tls =
          SslContextBuilder.forServer(
                  certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
              .build();
      listener =
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
                              tls.newHandler(socket.alloc()),
                              new HttpServerCodec(),
                              new HttpObjectAggregator(64 * 1024),
                              new WebSocketServerProtocolHandler(
                                  "/ws", "mooring.v1.json", false, 64 * 1024, false, true),
                              new Greeting());
                    }
                  })
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .syncUninterruptibly()
              .channel();
    }

    Entrance entrance() throws Exception {
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      return new Entrance(
          List.of(URI.create("wss://localhost:" + port + "/ws")),
          "token",
          SslContextBuilder.forClient().trustManager(certificate.getCertificate()).build());
    }

    void say(String json) {
      sockets.writeAndFlush(new TextWebSocketFrame(json));
    }

    @Override
    public void close() {
      group.shutdownGracefully().awaitUninterruptibly();
    }

    private final class Greeting extends SimpleChannelInboundHandler<WebSocketFrame> {
      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof HandshakeComplete) {
          sockets.add(context.channel());
          context.writeAndFlush(new TextWebSocketFrame(HELLO));
        }
      }

      @Override
      protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        context.writeAndFlush(new TextWebSocketFrame(SUBBED));
      }
    }
  }
}
