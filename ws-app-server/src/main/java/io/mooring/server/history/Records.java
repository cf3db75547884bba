package io.mooring.server.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
  private static final int CHUNK_OVERHEAD = 80;

  /** What a chunk knows of a record: where it ends, its tag, and its time. */
  private static final int MARKS = 3;

  private static final class Chunk {
    /** The number of its first record; each later one has the next. */
    long from;

    int count;

    /** How many of its bytes hold something. */
    int used;

    final byte[] bytes;

    /** All that is known of one record stands together, where one look finds it. */
    private long[] marks;

    Chunk(long from, int bytes, int records) {
      this.from = from;
      this.bytes = new byte[bytes];
      this.marks = new long[MARKS * records];
    }

    long memory() {
      return CHUNK_OVERHEAD + bytes.length + (long) Long.BYTES * marks.length;
    }

    int begin(int index) {
      return index == 0 ? 0 : end(index - 1);
    }

    int end(int index) {
      return (int) marks[MARKS * index];
    }

    long tag(int index) {
      return marks[MARKS * index + 1];
    }

    long nanos(int index) {
      return marks[MARKS * index + 2];
    }

    /**
     * @return how much more memory it takes for that, in bytes
     */
    long add(long tag, long time, byte[] record) {
      int at = MARKS * count;
      long more = 0;
      if (at == marks.length) {
        marks = Arrays.copyOf(marks, 2 * at);
        more = (long) Long.BYTES * at;
      }
      System.arraycopy(record, 0, bytes, used, record.length);
      used += record.length;
      marks[at] = used;
      marks[at + 1] = tag;
      marks[at + 2] = time;
      count++;
      return more;
    }
  }

  private final ArrayList<Chunk> chunks = new ArrayList<>(1);

  /** The last of them. */
  private @Nullable Chunk newest;

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
    Chunk last = newest;
    if (last == null || !suits(last, record.length)) {
      // As much again as there is: who holds little takes little.
      int room = Math.max(record.length, (int) Math.min(MOST_BYTES, bytes));
      long usual = Math.max(1, (bytes + record.length) / (size + 1));
      last = new Chunk(first + size, room, (int) Math.max(1, room / usual));
      chunks.add(last);
      newest = last;
      memory += last.memory();
    }
    memory += last.add(tag, nanos, record);
    bytes += record.length;
    size++;
  }

  /** Not one of busier times, either: few records that come seldom would keep it for long. */
  private boolean suits(Chunk last, int length) {
    return last.bytes.length - last.used >= length
        && last.bytes.length <= MOST_TIMES_HELD * Math.max(bytes, length);
  }

  /** Puts others before these; they belong to these from now on. */
  public void lead(Records older) {
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
    memory += older.memory;
    older.clear();
  }

  /** Drops the oldest. */
  public void removeFirst() {
    Chunk chunk = chunks.getFirst();
    int index = (int) (first - chunk.from);
    bytes -= chunk.end(index) - chunk.begin(index);
    first++;
    size--;
    if (index + 1 == chunk.count) {
      chunks.removeFirst();
      memory -= chunk.memory();
      if (chunks.isEmpty()) {
        newest = null;
      }
    }
  }

  public void clear() {
    chunks.clear();
    chunks.trimToSize();
    newest = null;
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
    int there = (int) (first + index - chunk.from);
    return Arrays.copyOfRange(chunk.bytes, chunk.begin(there), chunk.end(there));
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
