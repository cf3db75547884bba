package io.mooring.server;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Direct memory that can be used up, and that knows what has not been given back. */
public final class Memory extends AbstractByteBufAllocator {
  private final Queue<ByteBuf> given = new ConcurrentLinkedQueue<>();
  public volatile boolean full;

  /** How many buffers somebody still holds. */
  public long held() {
    return given.stream().filter(buffer -> buffer.refCnt() > 0).count();
  }

  @Override
  protected ByteBuf newHeapBuffer(int initial, int most) {
    return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initial, most);
  }

  @Override
  protected ByteBuf newDirectBuffer(int initial, int most) {
    if (full) {
      throw new OutOfMemoryError("as the test wants it");
    }
    ByteBuf buffer = UnpooledByteBufAllocator.DEFAULT.directBuffer(initial, most);
    given.add(buffer);
    return buffer;
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }
}
