package io.mooring.server.loop;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The event loops of a server, epoll where there is one, else NIO. */
public final class Loops implements AutoCloseable {
  private final boolean epoll = Epoll.isAvailable();
  private final MultiThreadIoEventLoopGroup group;
  private final Loop[] loops;
  private final Strand[] strands;

  /**
   * @param count how many threads
   */
  public Loops(int count) {
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new Group(count, io, epoll);
    loops = new Loop[count];
    int index = 0;
    for (EventExecutor executor : group) {
      loops[index] = new Loop((TurnExecutor) executor, index);
      index++;
    }
    strands = new Strand[count];
    for (int i = 0; i < count; i++) {
      strands[i] = new Strand(loops[i], count);
    }
  }

  public void start() {
    for (Loop loop : loops) {
      loop.start();
    }
  }

  public MultiThreadIoEventLoopGroup group() {
    return group;
  }

  public Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Nearly always the thread that allocates a buffer frees it, which is what thread-local pools are
   * good at.
   */
  public ByteBufAllocator allocator() {
    return PooledByteBufAllocator.DEFAULT;
  }

  public int size() {
    return loops.length;
  }

  public Loop at(int index) {
    return loops[index];
  }

  /** The loop that an executor of the group belongs to. */
  public Loop of(EventLoop executor) {
    for (Loop loop : loops) {
      if (loop.executor() == executor) {
        return loop;
      }
    }
    throw new IllegalArgumentException(executor + " is none of these loops");
  }

  /** The one strand that orders what happens to {@code name}. */
  public Strand strand(String name) {
    int hash = name.hashCode();
    return strands[Math.floorMod(hash ^ hash >>> 16, strands.length)];
  }

  /** How many strands there are. */
  public int strands() {
    return strands.length;
  }

  public Strand strand(int index) {
    return strands[index];
  }

  /** The worst recent lag of any loop, in microseconds. */
  public long lagMicros() {
    long worst = 0;
    for (Loop loop : loops) {
      worst = Math.max(worst, loop.recentLagNanos());
    }
    return TimeUnit.NANOSECONDS.toMicros(worst);
  }

  @Override
  public void close() {
    for (Loop loop : loops) {
      loop.stop();
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static final class Group extends MultiThreadIoEventLoopGroup {
    Group(int count, IoHandlerFactory io, boolean visited) {
      super(count, new DefaultThreadFactory("loop"), io, visited);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory io, Object... visited) {
      return new TurnExecutor(this, executor, io, (boolean) visited[0]);
    }
  }
}
