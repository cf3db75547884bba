package io.mooring.bench.limit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions and publications in the bytes of {@code mooring.v1.json}, and nothing else: no
 * identity, no limits, no positions, no pings, and a client is taken at its word. It answers only
 * what the clients of this bench say.
 */
public final class NearLimit {
  private static final int TEXT = 0x81;
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\n"
          + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
          + "Sec-WebSocket-Protocol: mooring.v1.json\r\n\r\n";
  private static final int READ_BYTES = 2_048;

  private final Map<EventExecutor, Map<String, Topic>> topics = new ConcurrentHashMap<>();

  private NearLimit() {}

  /**
   * @param arguments the port
   */
  public static void main(String[] arguments) throws InterruptedException {
    new NearLimit().serve(Integer.parseInt(arguments[0]));
  }

  private void serve(int port) throws InterruptedException {
    int loops = Runtime.getRuntime().availableProcessors();
    EventLoopGroup acceptor = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    EventLoopGroup workers = new MultiThreadIoEventLoopGroup(loops, EpollIoHandler.newFactory());
    workers.forEach(loop -> topics.put(loop, new HashMap<>()));
    new ServerBootstrap()
        .group(acceptor, workers)
        .channel(EpollServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 8_192)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Peer());
              }
            })
        .bind(InetAddress.getLoopbackAddress(), port)
        .sync()
        .channel()
        .closeFuture()
        .sync();
  }

  /** The subscribers of one channel on one loop. */
  private static final class Topic {
    final List<Channel> subscribers = new ArrayList<>();

    /** What this turn of the loop has for all of them. */
    @Nullable ByteBuf due;
  }

  private void publish(String channel, String data) {
    byte[] frame =
        frame("{\"op\":\"msg\",\"ch\":\"" + channel + "\",\"off\":1,\"data\":" + data + "}");
    topics.forEach((loop, ofLoop) -> loop.execute(() -> publish(loop, ofLoop.get(channel), frame)));
  }

  /** One buffer for all that came together, and for all subscribers. */
  private static void publish(EventExecutor loop, @Nullable Topic topic, byte[] frame) {
    if (topic == null) {
      return;
    }
    ByteBuf waiting = topic.due;
    if (waiting != null) {
      waiting.writeBytes(frame);
      return;
    }
    topic.due = Unpooled.directBuffer(frame.length * 2).writeBytes(frame);
    loop.execute(() -> deliver(topic));
  }

  private static void deliver(Topic topic) {
    ByteBuf due = topic.due;
    if (due == null) {
      return;
    }
    topic.due = null;
    for (Channel subscriber : topic.subscribers) {
      subscriber.writeAndFlush(due.retainedDuplicate(), subscriber.voidPromise());
    }
    due.release();
  }

  private static byte[] frame(String text) {
    byte[] payload = text.getBytes(UTF_8);
    ByteBuf frame = Unpooled.buffer(payload.length + 4);
    frame.writeByte(TEXT);
    if (payload.length < 126) {
      frame.writeByte(payload.length);
    } else {
      frame.writeByte(126).writeShort(payload.length);
    }
    frame.writeBytes(payload);
    byte[] whole = new byte[frame.readableBytes()];
    frame.readBytes(whole);
    return whole;
  }

  /** One client. */
  private final class Peer extends ChannelInboundHandlerAdapter {
    private boolean upgraded;
    private @Nullable ByteBuf left;
    private @Nullable Topic topic;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      ByteBuf before = left;
      left = null;
      if (before != null) {
        bytes = Unpooled.wrappedBuffer(before, bytes);
      }
      try {
        if (upgraded) {
          while (frame(context, bytes)) {}
        } else {
          upgraded = true;
          bytes.skipBytes(bytes.readableBytes());
          answer(context, SWITCHING.getBytes(UTF_8));
          answer(context, NearLimit.frame("{\"op\":\"hello\"}"));
        }
        if (bytes.isReadable()) {
          left = Unpooled.copiedBuffer(bytes);
        }
      } finally {
        bytes.release();
      }
    }

    /** Whether there was a whole frame. */
    private boolean frame(ChannelHandlerContext context, ByteBuf bytes) {
      int begin = bytes.readerIndex();
      if (bytes.readableBytes() < 6) {
        return false;
      }
      bytes.skipBytes(1);
      int length = bytes.readUnsignedByte() & 127;
      if (length == 126) {
        length = bytes.readUnsignedShort();
      }
      if (bytes.readableBytes() < 4 + length) {
        bytes.readerIndex(begin);
        return false;
      }
      int mask = bytes.readInt();
      byte[] payload = new byte[length];
      bytes.readBytes(payload);
      for (int i = 0; i < length && mask != 0; i++) {
        payload[i] ^= (byte) (mask >>> (24 - 8 * (i & 3)));
      }
      obey(context, new String(payload, UTF_8));
      return true;
    }

    private void obey(ChannelHandlerContext context, String message) {
      if (message.startsWith("{\"op\":\"sub\"")) {
        EventLoop loop = context.channel().eventLoop();
        Topic joined =
            topicsOf(loop).computeIfAbsent(channel(message).intern(), name -> new Topic());
        joined.subscribers.add(context.channel());
        topic = joined;
        answer(context, NearLimit.frame("{\"op\":\"subbed\",\"id\":1}"));
      } else if (message.startsWith("{\"op\":\"pub\"")) {
        int data = message.indexOf("\"data\":") + "\"data\":".length();
        publish(channel(message), message.substring(data, message.length() - 1));
        answer(context, NearLimit.frame("{\"op\":\"pubbed\",\"id\":1}"));
      }
    }

    private Map<String, Topic> topicsOf(EventLoop loop) {
      Map<String, Topic> own = topics.get(loop);
      if (own == null) {
        throw new IllegalStateException("a loop that is none of the workers'");
      }
      return own;
    }

    private static String channel(String message) {
      int begin = message.indexOf("\"ch\":\"") + "\"ch\":\"".length();
      return message.substring(begin, message.indexOf('"', begin));
    }

    private static void answer(ChannelHandlerContext context, byte[] bytes) {
      context.writeAndFlush(Unpooled.wrappedBuffer(bytes), context.voidPromise());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ByteBuf unread = left;
      if (unread != null) {
        unread.release();
      }
      Topic joined = topic;
      if (joined != null) {
        joined.subscribers.remove(context.channel());
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cut) {
      context.close();
    }
  }
}
