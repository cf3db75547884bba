package io.mooring.server.history;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Successive pieces of bytes, each with a tag and a time, in few arrays: many small objects that
 * are kept for some time would be moved, one by one, by each garbage collection that they live
 * through. The older ones go first. Not safe for several threads.
 */
public final class Records {
  /** A chunk that is larger than so many times what is held takes no more. */
  private static final long MOST_TIMES_HELD = 4;

  private final Chunks pool;
  private final ArrayList<Chunk> chunks = new ArrayList<>(1);

  /** The last of them. */
  private @Nullable Chunk newest;

  /** The number of the first record; that of a chunk may be lower, as its first ones have gone. */
  private long first;

  private int size;
  private long bytes;

  /**
   * @param pool where their chunks come from, and go when nothing is left in them
   */
  public Records(Chunks pool) {
    this.pool = pool;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** The bytes of all records. */
  public long bytes() {
    return bytes;
  }

  /**
   * Adds the newest.
   *
   * @param record copied
   */
  public void add(long tag, long nanos, byte[] record) {
    Chunk last = newest;
    if (last == null || !suits(last, record.length)) {
      // As much again as there is: who holds little takes little.
      last = pool.take(record.length + Chunk.MARK, bytes + (long) Chunk.MARK * size);
      last.begin(first + size);
      chunks.add(last);
      newest = last;
    }
    last.add(tag, nanos, record);
    bytes += record.length;
    size++;
  }

  /** Not one of busier times, either: few records that come seldom would keep it for long. */
  private boolean suits(Chunk last, int length) {
    long held = Math.max(bytes + (long) Chunk.MARK * size, length + Chunk.MARK);
    return last.fits(length) && last.room() <= MOST_TIMES_HELD * held;
  }

  /**
   * Puts others before these; they belong to these from now on.
   *
   * @param older of the same pool; empty afterwards
   */
  public void lead(Records older) {
    assert older.pool == pool;
    long shift = first - older.size - older.first;
    for (Chunk chunk : older.chunks) {
      chunk.from += shift;
    }
    chunks.addAll(0, older.chunks);
    if (newest == null) {
      newest = older.newest;
    }
    first -= older.size;
    size += older.size;
    bytes += older.bytes;
    older.forget();
  }

  /** Drops the oldest. */
  public void removeFirst() {
    Chunk chunk = chunks.getFirst();
    int index = (int) (first - chunk.from);
    bytes -= chunk.length(index);
    first++;
    size--;
    if (index + 1 == chunk.count()) {
      pool.release(chunks.removeFirst());
      if (chunks.isEmpty()) {
        newest = null;
      }
    }
  }

  public void clear() {
    chunks.forEach(pool::release);
    forget();
  }

  private void forget() {
    chunks.clear();
    chunks.trimToSize();
    newest = null;
    first = 0;
    size = 0;
    bytes = 0;
  }

  /**
   * @param index from 0, the oldest
   */
  public long tag(int index) {
    Chunk chunk = chunk(index);
    return chunk.tag((int) (first + index - chunk.from));
  }

  /**
   * @param index from 0, the oldest
   */
  public long nanos(int index) {
    Chunk chunk = chunk(index);
    return chunk.nanos((int) (first + index - chunk.from));
  }

  /**
   * A copy of a record's bytes.
   *
   * @param index from 0, the oldest
   */
  public byte[] get(int index) {
    Chunk chunk = chunk(index);
    return chunk.copy((int) (first + index - chunk.from));
  }

  /** Copies of the records from an index on. */
  public List<byte[]> from(int index) {
    List<byte[]> copies = new ArrayList<>(size - index);
    for (int i = index; i < size; i++) {
      copies.add(get(i));
    }
    return copies;
  }

  /** The first one that goes on beyond the record is the one that holds it. */
  private Chunk chunk(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("record " + index + " of " + size);
    }
    long number = first + index;
    int low = 0;
    int high = chunks.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      Chunk chunk = chunks.get(middle);
      if (chunk.from + chunk.count() > number) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return chunks.get(low);
  }
}
