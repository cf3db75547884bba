package io.mooring.server.history;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Successive records in one array: their bytes from its beginning on, what is known of each from
 * its end backwards. So it suits short ones and long ones, whoever held it before.
 */
final class Chunk {
  /** What is known of a record takes so many bytes: its tag, its time, and where it ends. */
  static final int MARK = 2 * Long.BYTES + Integer.BYTES;

  /** What it takes besides its room, in bytes. */
  private static final int OVERHEAD = 64;

  private static final int NANOS = Long.BYTES;
  private static final int END = 2 * Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  /** The number of its first record; each later one has the next. */
  long from;

  private final byte[] room;
  private int count;

  /** How many bytes its records have. */
  private int used;

  Chunk(int room) {
    this.room = new byte[room];
  }

  /** Holds nothing from now on. */
  void begin(long first) {
    from = first;
    count = 0;
    used = 0;
  }

  /** For how many bytes it has room, marks among them. */
  int room() {
    return room.length;
  }

  /** What it takes in memory, in bytes, about. */
  long memory() {
    return OVERHEAD + room.length;
  }

  int count() {
    return count;
  }

  boolean fits(int length) {
    return used + length + MARK * (count + 1) <= room.length;
  }

  void add(long tag, long nanos, byte[] record) {
    System.arraycopy(record, 0, room, used, record.length);
    used += record.length;
    int mark = mark(count);
    LONG.set(room, mark, tag);
    LONG.set(room, mark + NANOS, nanos);
    INT.set(room, mark + END, used);
    count++;
  }

  long tag(int index) {
    return (long) LONG.get(room, mark(index));
  }

  long nanos(int index) {
    return (long) LONG.get(room, mark(index) + NANOS);
  }

  int length(int index) {
    return end(index) - begin(index);
  }

  byte[] copy(int index) {
    return Arrays.copyOfRange(room, begin(index), end(index));
  }

  private int begin(int index) {
    return index == 0 ? 0 : end(index - 1);
  }

  private int end(int index) {
    return (int) INT.get(room, mark(index) + END);
  }

  private int mark(int index) {
    return room.length - MARK * (index + 1);
  }
}
