package io.mooring.server.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.Optional;

/**
 * The direct memory that replays take on this server, from their making until the last byte is
 * written or dropped. It has a limit, as clients that do not read would else take what live
 * messages need. Safe for use by all loops.
 */
public final class ReplayMemory {
  /** Replays may take so much of all direct memory. */
  private static final int PART = 4;

  /** Not from a pool: a replay is made on one loop and given back on another. */
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  private final long most;

  /**
   * @param mostBytes never exceeded by more than one replay for each loop
   */
  ReplayMemory(long mostBytes) {
    this.most = mostBytes;
  }

  /** A part of what this process may take. */
  public static ReplayMemory ofProcess() {
    return new ReplayMemory(PlatformDependent.maxDirectMemory() / PART);
  }

  /** How many bytes are taken now. */
  long used() {
    return allocator.metric().usedDirectMemory();
  }

  /** Empty if there is none to be had now. */
  Optional<ByteBuf> take(int bytes) {
    if (used() + bytes > most) {
      return Optional.empty();
    }
    try {
      return Optional.of(allocator.directBuffer(bytes, bytes));
    } catch (OutOfMemoryError takenByOthers) {
      return Optional.empty();
    }
  }
}
