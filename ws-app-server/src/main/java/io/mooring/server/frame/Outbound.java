package io.mooring.server.frame;

import io.mooring.server.loop.Flushes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one socket has to send. What is all that a turn of the loop brings it goes straight to the
 * operating system at the turn's end; anything else takes the channel's queue, which is held to its
 * high water mark. Belongs to the socket's loop.
 */
final class Outbound implements Flushes.Outlet {
  private final WebSocket socket;
  private final Channel channel;

  /** What goes out with the next flush, if that is one frame and nothing waits before it. */
  private byte @Nullable [] readyFrame;

  /** The same, if it is one buffer. */
  private @Nullable ByteBuf ready;

  private boolean unflushed;

  /**
   * Whether something may be in the channel's queue, as the answer to the handshake at first. To
   * look there each time is to touch memory that nothing else does.
   */
  private boolean queued = true;

  Outbound(WebSocket socket, Channel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  Channel channel() {
    return channel;
  }

  /** As {@link WebSocket#send(ByteBuf)}, of an open socket. */
  void send(ByteBuf frames) {
    if (isFirst()) {
      ready = frames;
    } else {
      enqueueReadyBefore(frames);
      enqueue(frames);
      endIfSlow();
    }
  }

  /** As {@link WebSocket#send(byte[])}, of an open socket. */
  void send(byte[] frame) {
    if (isFirst()) {
      readyFrame = frame;
    } else {
      enqueueReady();
      enqueue(buffer(frame, 0));
      endIfSlow();
    }
  }

  /**
   * Queues something behind all that was sent before, and flushes the queue.
   *
   * @param frames taken over
   */
  ChannelFuture sendLast(ByteBuf frames) {
    enqueueReadyBefore(frames);
    queued = true;
    return channel.writeAndFlush(frames);
  }

  /** Whether what is sent now is all that the next flush has to bring; there will be one. */
  private boolean isFirst() {
    if (unflushed) {
      return false;
    }
    unflushed = true;
    socket.loop().flushes().add(this);
    queued = queued && queuedBytes() > 0;
    return !queued;
  }

  /** Puts what is ready into the channel's queue, as something is to follow it there. */
  private void enqueueReady() {
    byte[] frame = readyFrame;
    ByteBuf frames = ready;
    readyFrame = null;
    ready = null;
    if (frame != null) {
      enqueue(buffer(frame, 0));
    } else if (frames != null) {
      enqueue(frames);
    }
  }

  private void enqueueReadyBefore(ByteBuf next) {
    try {
      enqueueReady();
    } catch (Throwable broken) {
      next.release();
      throw broken;
    }
  }

  /** The rest of a frame; a socket for which there is no memory ends, as it would have a hole. */
  private ByteBuf buffer(byte[] frame, int from) {
    int length = frame.length - from;
    try {
      return channel.alloc().directBuffer(length).writeBytes(frame, from, length);
    } catch (Throwable full) {
      channel.close();
      throw full;
    }
  }

  /** No handler stands between the socket and its channel's queue. */
  private void enqueue(ByteBuf frames) {
    queued = true;
    // The queue moves the indices of what it writes, and others may share these.
    channel.unsafe().write(frames.duplicate(), channel.voidPromise());
  }

  private void endIfSlow() {
    if (!channel.isWritable()) {
      channel.unsafe().flush();
      if (!channel.isWritable() && channel.isActive()) {
        socket.close(CloseCode.SLOW_CONSUMER);
      }
    }
  }

  @Override
  public void flush() {
    unflushed = false;
    byte[] frame = readyFrame;
    ByteBuf frames = ready;
    readyFrame = null;
    ready = null;
    try {
      if (frame != null) {
        write(frame);
      } else if (frames != null) {
        write(frames);
      } else {
        channel.unsafe().flush();
      }
    } catch (Throwable broken) {
      // Nobody knows how much of a frame has gone out, so nothing may follow it.
      channel.close();
      throw broken;
    }
  }

  /** By the loop's own buffer, so that none is allocated for what is gone at once. */
  private void write(byte[] frame) {
    ByteBuf outgoing = socket.loop().outgoing();
    if (frame.length > outgoing.capacity()) {
      write(buffer(frame, 0));
      return;
    }
    int taken = Wire.take(channel, outgoing.clear().writeBytes(frame));
    if (taken < frame.length) {
      enqueueRest(buffer(frame, taken));
    }
  }

  /** Gives frames to the operating system, and what it does not take to the channel's queue. */
  private void write(ByteBuf frames) {
    int taken = Wire.take(channel, frames);
    if (taken == frames.readableBytes()) {
      frames.release();
    } else {
      enqueueRest(frames.duplicate().skipBytes(taken));
    }
  }

  private void enqueueRest(ByteBuf rest) {
    enqueue(rest);
    channel.unsafe().flush();
    if (socket.open()) {
      endIfSlow();
    }
  }

  /** As {@link WebSocket#congested}. */
  boolean congested() {
    int much = channel.config().getWriteBufferHighWaterMark() / 16;
    if (queuedBytes() <= much) {
      return false;
    }
    enqueueReady();
    channel.flush();
    return queuedBytes() > much;
  }

  /** As {@link WebSocket#isIdle}. */
  boolean isIdle() {
    return !unflushed && !(queued && queuedBytes() > 0);
  }

  /** As {@link WebSocket#queuedBytes}. */
  long queuedBytes() {
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return readyBytes() + (queue == null ? 0 : queue.totalPendingWriteBytes());
  }

  /** As {@link WebSocket#unsentBytes}. */
  long unsentBytes() {
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return readyBytes()
        + (queue == null ? 0 : queue.totalPendingWriteBytes() - queue.currentProgress());
  }

  private int readyBytes() {
    if (readyFrame != null) {
      return readyFrame.length;
    }
    return ready == null ? 0 : ready.readableBytes();
  }

  /** The channel has ended, and takes nothing more. */
  void release() {
    readyFrame = null;
    if (ready != null) {
      ready.release();
      ready = null;
    }
  }
}
