package io.mooring.server.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Has all sockets of a loop read into the loop's one buffer, which so is never cold. Whoever keeps
 * what was read past its turn retains it, as ever; then the next read gets a buffer of its own.
 */
public final class Intake extends DefaultMaxMessagesRecvByteBufAllocator {
  /** How much is read at once, in bytes. */
  static final int READ_BYTES = 4 * 1024;

  @Override
  public Handle newHandle() {
    return new Reading();
  }

  private final class Reading extends MaxMessageHandle {
    @Override
    public int guess() {
      return READ_BYTES;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      ByteBuf incoming = TurnExecutor.current().incoming();
      return incoming.refCnt() == 1 ? incoming.clear().retain() : super.allocate(allocator);
    }
  }
}
