package io.mooring.server.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Successive pieces of bytes, each with a tag and a time, in few arrays: many small objects that
 * are kept for some time would be moved, one by one, by each garbage collection that they live
 * through. The older ones go first. Not safe for several threads.
 */
public final class Records {
  /** The most bytes of a chunk, unless one record has more. */
  private static final int MOST_BYTES = 16 * 1024;

  /** A chunk that is larger than so many times what is held takes no more. */
  private static final long MOST_TIMES_HELD = 4;

  /** What a chunk takes besides what it holds, in bytes. */
  private static final int CHUNK_OVERHEAD = 112;

  /** The end of a record, its tag, and its time. */
  private static final int RECORD_OVERHEAD = Integer.BYTES + 2 * Long.BYTES;

  private static final class Chunk {
    /** The number of its first record; each later one has the next. */
    long from;

    int count;
    final byte[] bytes;
    int[] ends;
    long[] tags;
    long[] nanos;

    Chunk(long from, int bytes, int records) {
      this.from = from;
      this.bytes = new byte[bytes];
      this.ends = new int[records];
      this.tags = new long[records];
      this.nanos = new long[records];
    }

    long memory() {
      return CHUNK_OVERHEAD + bytes.length + (long) RECORD_OVERHEAD * ends.length;
    }

    int begin(int index) {
      return index == 0 ? 0 : ends[index - 1];
    }

    int used() {
      return begin(count);
    }

    void add(long tag, long time, byte[] record) {
      if (count == ends.length) {
        int more = count * 2;
        ends = Arrays.copyOf(ends, more);
        tags = Arrays.copyOf(tags, more);
        nanos = Arrays.copyOf(nanos, more);
      }
      System.arraycopy(record, 0, bytes, used(), record.length);
      ends[count] = used() + record.length;
      tags[count] = tag;
      nanos[count] = time;
      count++;
    }
  }

  private final ArrayList<Chunk> chunks = new ArrayList<>(1);

  /** The number of the first record; that of a chunk may be lower, as its first ones have gone. */
  private long first;

  private int size;
  private long bytes;
  private long memory;

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

  /** What all of it takes in memory, in bytes, about. */
  public long memory() {
    return memory;
  }

  /**
   * Adds the newest.
   *
   * @param record copied
   */
  public void add(long tag, long nanos, byte[] record) {
    Chunk last = chunks.isEmpty() ? null : chunks.getLast();
    if (last == null || !suits(last, record.length)) {
      // As much again as there is: who holds little takes little.
      int room = Math.max(record.length, (int) Math.min(MOST_BYTES, bytes));
      long usual = Math.max(1, (bytes + record.length) / (size + 1));
      last = new Chunk(first + size, room, (int) Math.max(1, room / usual));
      chunks.add(last);
      memory += last.memory();
    }
    long before = last.memory();
    last.add(tag, nanos, record);
    memory += last.memory() - before;
    bytes += record.length;
    size++;
  }

  /** Not one of busier times, either: few records that come seldom would keep it for long. */
  private boolean suits(Chunk last, int length) {
    return last.bytes.length - last.used() >= length
        && last.bytes.length <= MOST_TIMES_HELD * Math.max(bytes, length);
  }

  /** Puts others before these; they belong to these from now on. */
  public void lead(Records older) {
    long shift = first - older.size - older.first;
    for (Chunk chunk : older.chunks) {
      chunk.from += shift;
    }
    chunks.addAll(0, older.chunks);
    first -= older.size;
    size += older.size;
    bytes += older.bytes;
    memory += older.memory;
    older.clear();
  }

  /** Drops the oldest. */
  public void removeFirst() {
    Chunk chunk = chunks.getFirst();
    int index = (int) (first - chunk.from);
    bytes -= chunk.ends[index] - chunk.begin(index);
    first++;
    size--;
    if (index + 1 == chunk.count) {
      chunks.removeFirst();
      memory -= chunk.memory();
    }
  }

  public void clear() {
    chunks.clear();
    chunks.trimToSize();
    first = 0;
    size = 0;
    bytes = 0;
    memory = 0;
  }

  /**
   * @param index from 0, the oldest
   */
  public long tag(int index) {
    Chunk chunk = chunk(index);
    return chunk.tags[(int) (first + index - chunk.from)];
  }

  /**
   * @param index from 0, the oldest
   */
  public long nanos(int index) {
    Chunk chunk = chunk(index);
    return chunk.nanos[(int) (first + index - chunk.from)];
  }

  /**
   * A copy of a record's bytes.
   *
   * @param index from 0, the oldest
   */
  public byte[] get(int index) {
    Chunk chunk = chunk(index);
    int there = (int) (first + index - chunk.from);
    return Arrays.copyOfRange(chunk.bytes, chunk.begin(there), chunk.ends[there]);
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
      if (chunk.from + chunk.count > number) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return chunks.get(low);
  }
}
