package io.mooring.server.channel;

import io.mooring.server.frame.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/**
 * Messages to be sent again, prepared once for all who missed the same. Counted by references, as
 * its buffer is.
 */
public final class Replay {
  /** Beyond so many messages, or bytes, a client is better served by a snapshot. */
  public static final int MOST_MESSAGES = 300;

  public static final int MOST_BYTES = 1 << 20;

  static final Replay NOTHING = new Replay(0, Unpooled.EMPTY_BUFFER);

  private final int messages;
  private final ByteBuf frames;

  private Replay(int messages, ByteBuf frames) {
    this.messages = messages;
    this.frames = frames;
  }

  /**
   * @param frames whole frames, in order
   * @return empty if there is no memory for them now
   */
  static Optional<Replay> of(List<byte[]> frames, ReplayMemory memory) {
    if (frames.isEmpty()) {
      return Optional.of(NOTHING);
    }
    return memory
        .take(bytes(frames))
        .map(
            all -> {
              frames.forEach(all::writeBytes);
              return new Replay(frames.size(), all);
            });
  }

  static boolean exceeded(List<byte[]> frames) {
    return frames.size() > MOST_MESSAGES || bytes(frames) > MOST_BYTES;
  }

  private static int bytes(List<byte[]> frames) {
    return frames.stream().mapToInt(frame -> frame.length).sum();
  }

  public int messages() {
    return messages;
  }

  public int bytes() {
    return frames.readableBytes();
  }

  /** The frames, for one more socket: released by whoever gets them. */
  public ByteBuf frames() {
    return frames.retainedDuplicate();
  }

  /**
   * The frames from {@code at} on that fill {@code most} bytes; at least one, and only whole ones.
   *
   * @param frames whole frames as {@link Frames} writes them
   * @return where the last of them ends
   */
  public static int wholeFrames(ByteBuf frames, int at, int most) {
    int end = Frames.end(frames, at);
    while (end < frames.writerIndex()) {
      int next = Frames.end(frames, end);
      if (next - at > most) {
        break;
      }
      end = next;
    }
    return end;
  }

  void retain() {
    frames.retain();
  }

  void release() {
    frames.release();
  }
}
