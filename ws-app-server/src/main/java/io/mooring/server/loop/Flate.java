package io.mooring.server.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses and expands whole messages, each for itself (RFC 1951, with the endings of RFC 7692
 * section 7.2). Its state, some 300 KiB outside the heap, is made when first needed and serves all
 * sockets of the loop. Belongs to its loop.
 */
public final class Flate {
  /** What a sender leaves off, and a receiver puts back: an empty block without compression. */
  private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

  /** Room for the tail, and for what a block without compression has to say of itself. */
  private static final int SLACK = 64;

  private static final int LEAST_ROOM = 256;

  /** A message that would be longer than its receiver allows; it has no stack trace. */
  public static final class TooLongException extends Exception {
    private static final long serialVersionUID = 1L;

    private TooLongException(int most) {
      super("message over " + most + " bytes", null, false, false);
    }
  }

  private final byte[] probe = new byte[1];
  private @Nullable Inflater inflater;
  private @Nullable Deflater deflater;
  private byte[] room = {};

  Flate() {}

  /**
   * Expands one message.
   *
   * @param in is read to its end, and stays the caller's
   * @param most the longest message, in bytes; not more than that is ever allocated for it
   * @return the caller's to release
   */
  public ByteBuf inflate(ByteBuf in, int most, ByteBufAllocator allocator)
      throws TooLongException, DataFormatException {
    Inflater with = inflater == null ? new Inflater(true) : inflater;
    inflater = with;
    ByteBuffer input = in.nioBuffer();
    in.skipBytes(in.readableBytes());
    ByteBuf out =
        allocator.directBuffer(Math.min(most, Math.max(LEAST_ROOM, 2 * input.remaining())), most);
    boolean whole = false;
    try {
      with.setInput(input);
      boolean tail = false;
      while (true) {
        int count = step(with, out, most);
        if (with.finished()) {
          // A block that calls itself the last one ends a stream, not the message.
          with.reset();
          with.setInput(input);
        } else if (count == 0) {
          if (!with.needsInput()) {
            throw new DataFormatException("needs a dictionary");
          }
          if (tail) {
            whole = true;
            return out;
          }
          tail = true;
          input = ByteBuffer.wrap(TAIL);
          with.setInput(input);
        }
      }
    } finally {
      // Lets go of the input, too.
      with.reset();
      if (!whole) {
        out.release();
      }
    }
  }

  private int step(Inflater with, ByteBuf out, int most)
      throws TooLongException, DataFormatException {
    if (!out.isWritable()) {
      if (out.capacity() == most) {
        int beyond = with.inflate(probe);
        if (beyond > 0) {
          throw new TooLongException(most);
        }
        return 0;
      }
      out.capacity((int) Math.min(most, 2L * out.capacity()));
    }
    int count = with.inflate(out.nioBuffer(out.writerIndex(), out.writableBytes()));
    out.writerIndex(out.writerIndex() + count);
    return count;
  }

  /**
   * Compresses {@code from[at, at + length)}.
   *
   * @param before how many bytes to leave free at the beginning of the answer
   */
  public byte[] deflate(byte[] from, int at, int length, int before) {
    Deflater with = deflater == null ? new Deflater(Deflater.DEFAULT_COMPRESSION, true) : deflater;
    deflater = with;
    int end = 0;
    try {
      with.setInput(from, at, length);
      int count;
      do {
        if (room.length - end < SLACK) {
          room = Arrays.copyOf(room, Math.max(2 * room.length, length + length / 1000 + SLACK));
        }
        count = with.deflate(room, end, room.length - end, Deflater.SYNC_FLUSH);
        end += count;
      } while (end == room.length);
    } finally {
      with.reset();
    }
    int without = end - TAIL.length;
    byte[] answer = new byte[before + without];
    System.arraycopy(room, 0, answer, before, without);
    return answer;
  }
}
