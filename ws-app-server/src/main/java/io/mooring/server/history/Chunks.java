package io.mooring.server.history;

import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The chunks in which some {@link Records} lie. What they have left is given to whoever needs a
 * chunk next: it has lived for so long that it is old to the garbage collector, which would find
 * out that nobody needs it only when it goes through everything. Not safe for several threads.
 */
public final class Chunks {
  /** The room of a chunk is at most so large, unless one record needs more. */
  private static final int MOST_ROOM = 16 * 1024;

  /**
   * The same where so little suffices for {@link #FEW}: the smaller the steps in which channels
   * need more and less, the fewer have to be spare.
   */
  private static final int MOST_ROOM_FOR_SHORT = 4 * 1024;

  private static final long FEW = 8;

  /** From here on it is a power of two, so that it suits others; who holds less takes less. */
  private static final int LEAST_ROOM = 1024;

  /** To so many in use one is spare. */
  private static final int USED_TO_SPARE = 8;

  /** Those with one room. */
  private static final class Size {
    final ArrayDeque<Chunk> spare = new ArrayDeque<>();
    int used;

    boolean tooManySpare() {
      return spare.size() > (used + USED_TO_SPARE - 1) / USED_TO_SPARE;
    }
  }

  private final List<Size> sizes =
      Stream.generate(Size::new).limit(1 + doublings(MOST_ROOM)).toList();

  private long memory;

  /** What those in use take in memory, in bytes, about. */
  public long memory() {
    return memory;
  }

  /** Whether that, and what may be spare beside it, is more than so many bytes. */
  public boolean exceed(long most) {
    return memory + memory / USED_TO_SPARE > most;
  }

  /**
   * An empty one.
   *
   * @param least the room that is needed
   * @param wanted the room that may be used soon
   */
  Chunk take(int least, long wanted) {
    long most = Math.clamp(FEW * least, MOST_ROOM_FOR_SHORT, MOST_ROOM);
    int usual = (int) Math.min(most, wanted);
    int room = Math.max(least, usual < LEAST_ROOM ? usual : Integer.highestOneBit(usual));
    Chunk chunk = null;
    if (isPooled(room)) {
      Size size = size(room);
      size.used++;
      chunk = size.spare.poll();
    }
    if (chunk == null) {
      chunk = new Chunk(room);
    }
    memory += chunk.memory();
    return chunk;
  }

  /** Takes back one that nobody reads any more. */
  void release(Chunk chunk) {
    memory -= chunk.memory();
    if (isPooled(chunk.room())) {
      Size size = size(chunk.room());
      size.used--;
      size.spare.push(chunk);
      while (size.tooManySpare()) {
        size.spare.pop();
      }
    }
  }

  private static boolean isPooled(int room) {
    return room >= LEAST_ROOM && room <= MOST_ROOM && Integer.bitCount(room) == 1;
  }

  private Size size(int room) {
    return sizes.get(doublings(room));
  }

  /** How often the least room has to be doubled for that. */
  private static int doublings(int room) {
    return Integer.numberOfTrailingZeros(room / LEAST_ROOM);
  }
}
