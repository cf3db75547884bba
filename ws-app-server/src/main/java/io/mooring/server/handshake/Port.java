package io.mooring.server.handshake;

import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.server.loop.Intake;
import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The WebSocket port: every connection that it accepts begins with an {@link Opening}. */
public final class Port implements AutoCloseable {
  private static final int BACKLOG = 8192;

  private final HostPort address;
  private final ServerBootstrap bootstrap;
  private @Nullable Channel listening;

  /**
   * @param headTimeout how long a request head may take
   * @param queueBytes a connection's outbound queue, beyond which it counts as not writable
   * @param deflate whether clients may have their messages compressed
   */
  public Port(
      HostPort address,
      Loops loops,
      Duration headTimeout,
      int queueBytes,
      Admission admission,
      boolean deflate,
      Consumer<String> outcomes) {
    this.address = address;
    this.bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, loops.allocator())
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new Intake())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(queueBytes, queueBytes))
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    Loop loop = loops.of(channel.eventLoop());
                    channel
                        .pipeline()
                        .addLast(
                            new Opening(
                                loop, headTimeout.toMillis(), admission, deflate, outcomes));
                  }
                });
  }

  /**
   * @throws StartException when the port cannot be taken
   */
  public void start() {
    var bound = bootstrap.bind(address.socketAddress()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw StartException.cannotListen("websocket.address", address, bound.cause());
    }
    listening = bound.channel();
  }

  /** The port in force, once started. */
  public int port() {
    if (listening == null) {
      throw new IllegalStateException("the port is not open");
    }
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Stops accepting; connections live on. */
  @Override
  public void close() {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
  }
}
