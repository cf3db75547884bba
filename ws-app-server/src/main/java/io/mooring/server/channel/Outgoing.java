package io.mooring.server.channel;

import io.mooring.server.frame.Frames;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The updates of a channel that somebody on one loop still has to get, and the buffers in which
 * those get them who are equally far. Updates are numbered as they come; the numbers wrap around,
 * so they are compared by their difference. Belongs to its loop.
 */
final class Outgoing {
  /**
   * The most bytes of one buffer, unless one frame has more: a subscriber must be able to take in
   * what gathered until its turn came, and not count as slow for it.
   */
  static final int MOST_BYTES = 64 * 1024;

  /**
   * The number of the first: not long before they wrap around, so that what takes them for plain
   * numbers fails with any test that sends a little, and not after weeks.
   */
  private static final int FIRST = Integer.MAX_VALUE - 500;

  private static final Update[] NONE = {};

  /** Beyond this many updates, what held them is not kept for the next ones. */
  private static final int USUAL_UPDATES = 64;

  private final Loop loop;
  private final ByteBufAllocator allocator;
  private Update[] updates = NONE;

  /** What is compressed stands where it stands as it is; empty as long as nobody takes it so. */
  private @Nullable Update[] deflated = NONE;

  private int first = FIRST;
  private int count;
  private int bytes;
  private @Nullable Shared plainly;
  private @Nullable Shared compressed;

  /**
   * Successive frames in one buffer.
   *
   * @param from the number of the first
   * @param ends where each frame ends in the buffer
   * @param full whether there was no room for the next
   */
  record Shared(ByteBuf frames, int from, int[] ends, boolean full) {
    /** The number of the one after the last. */
    int end() {
      return from + ends.length;
    }

    /**
     * The frames from this number on, of which the buffer must hold one.
     *
     * @return neither to be changed nor released by the caller
     */
    ByteBuf after(int number) {
      int skip = number - from;
      return skip == 0
          ? frames
          : frames.slice(ends[skip - 1], frames.writerIndex() - ends[skip - 1]);
    }
  }

  Outgoing(Loop loop, ByteBufAllocator allocator) {
    this.loop = loop;
    this.allocator = allocator;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  int bytes() {
    return bytes;
  }

  /** The number of the next one that comes. */
  int end() {
    return first + count;
  }

  void add(Update update) {
    if (count == updates.length) {
      updates = Arrays.copyOf(updates, Math.max(2, count * 2));
    }
    updates[count++] = update;
    bytes += update.frame().length;
  }

  /** One that is there, as those take it who take compressed frames, or as it came. */
  Update at(int number, boolean compress) {
    int index = number - first;
    if (!compress) {
      return updates[index];
    }
    if (deflated.length < updates.length) {
      deflated = Arrays.copyOf(deflated, updates.length);
    }
    Update shorter = deflated[index];
    if (shorter == null) {
      Update update = updates[index];
      shorter = new Update(update.key(), Frames.deflated(update.frame(), loop.flate()));
      deflated[index] = shorter;
    }
    return shorter;
  }

  /** A buffer that holds the update with this number, which must be there, and what follows it. */
  Shared from(int number, boolean compress) {
    Shared last = compress ? compressed : plainly;
    if (last != null
        && last.from - number <= 0
        && number - last.end() < 0
        && (last.full || last.end() == end())) {
      return last;
    }
    Shared next = pack(number, compress);
    if (compress) {
      compressed = next;
    } else {
      plainly = next;
    }
    release(last);
    return next;
  }

  private Shared pack(int from, boolean compress) {
    int length = 0;
    int many = 0;
    while (from + many != end()) {
      int more = at(from + many, compress).frame().length;
      if (many > 0 && length + more > MOST_BYTES) {
        break;
      }
      length += more;
      many++;
    }
    int[] ends = new int[many];
    ByteBuf frames = allocator.directBuffer(length);
    for (int i = 0; i < many; i++) {
      frames.writeBytes(at(from + i, compress).frame());
      ends[i] = frames.writerIndex();
    }
    return new Shared(frames, from, ends, from + many != end());
  }

  /** Nobody needs those before this number any more. */
  void dropBefore(int number) {
    int gone = number - first;
    if (gone <= 0) {
      return;
    }
    for (int i = 0; i < gone; i++) {
      bytes -= updates[i].frame().length;
    }
    first = number;
    count -= gone;
    if (count == 0) {
      forget();
    } else {
      shift(updates, gone);
      shift(deflated, gone);
    }
  }

  private static void shift(@Nullable Update[] from, int gone) {
    int kept = Math.max(0, from.length - gone);
    System.arraycopy(from, from.length - kept, from, 0, kept);
    Arrays.fill(from, kept, from.length, null);
  }

  /** Drops everything; the numbers go on. */
  void clear() {
    first = end();
    count = 0;
    bytes = 0;
    forget();
  }

  private void forget() {
    if (updates.length > USUAL_UPDATES) {
      updates = NONE;
    } else {
      Arrays.fill(updates, null);
    }
    deflated = NONE;
    Shared plain = plainly;
    Shared shorter = compressed;
    plainly = null;
    compressed = null;
    release(plain);
    release(shorter);
  }

  private static void release(@Nullable Shared shared) {
    if (shared != null) {
      shared.frames.release();
    }
  }
}
