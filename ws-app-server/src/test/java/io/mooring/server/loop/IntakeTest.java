package io.mooring.server.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sockets of one loop read, on real connections, and how long it is theirs. */
class IntakeTest {
  private final Loops loops = new Loops(1);
  private final BlockingQueue<ByteBuf> read = new LinkedBlockingQueue<>();
  private Channel port;

  /** Keeps whatever it reads. */
  private final class Keeper extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      read.add((ByteBuf) bytes);
    }
  }

  @BeforeEach
  void listen() throws Exception {
    loops.start();
    port =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new Intake())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Keeper());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
  }

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void leavesWhatWasReadToWhoKeepsItAndTakesItsBufferAgainWhenNobodyDoes() throws Exception {
    try (Socket ann = connect();
        Socket bob = connect()) {
      ByteBuf first = next(ann, "first");
      ByteBuf second = next(bob, "second");
      ByteBuf third = next(ann, "third");

      assertEquals("first", text(first));
      assertEquals("second", text(second));
      assertEquals("third", text(third));

      release(first, second, third);
      ByteBuf fourth = next(bob, "fourth");
      assertEquals("fourth", text(fourth));
      assertEquals(first.memoryAddress(), fourth.memoryAddress());
      release(fourth);
    }
  }

  private Socket connect() throws Exception {
    InetSocketAddress address = (InetSocketAddress) port.localAddress();
    return new Socket(address.getAddress(), address.getPort());
  }

  private ByteBuf next(Socket from, String text) throws Exception {
    from.getOutputStream().write(text.getBytes(US_ASCII));
    ByteBuf bytes = read.poll(20, TimeUnit.SECONDS);
    assertNotNull(bytes);
    return bytes;
  }

  private void release(ByteBuf... buffers) throws Exception {
    loops
        .at(0)
        .executor()
        .submit(
            () -> {
              for (ByteBuf buffer : buffers) {
                buffer.release();
              }
            })
        .get(20, TimeUnit.SECONDS);
  }

  private static String text(ByteBuf bytes) {
    return bytes.toString(US_ASCII);
  }
}
