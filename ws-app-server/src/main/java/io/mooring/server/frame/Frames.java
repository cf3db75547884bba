package io.mooring.server.frame;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.loop.Flate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;

/** Opcodes, and frames as a server writes them: unmasked, unfragmented (RFC 6455 section 5.2). */
public final class Frames {
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xa;

  /** The longest payload of a control frame. */
  public static final int MAX_CONTROL = 125;

  /** The longest header that {@link #header} writes. */
  public static final int MAX_HEADER = 10;

  private static final int FIN = 0x80;

  /** Marks a message that is compressed (RFC 7692 section 6). */
  static final int RSV1 = 0x40;

  /** A message with less payload, in bytes, is not worth the work. */
  private static final int LEAST_DEFLATED = 64;

  private static final int OPCODE = 0x0f;
  private static final int SHORT = 126;
  private static final int LONG = 127;

  private Frames() {}

  /** How many bytes the header of a frame with {@code length} bytes of payload has. */
  public static int headerLength(int length) {
    return length <= MAX_CONTROL ? 2 : length <= 0xffff ? 4 : MAX_HEADER;
  }

  /** Writes the header of a whole message into {@code target}, from {@code at} on. */
  public static void header(byte[] target, int at, int opcode, int length) {
    target[at] = (byte) (FIN | opcode);
    switch (headerLength(length)) {
      case 2 -> target[at + 1] = (byte) length;
      case 4 -> {
        target[at + 1] = SHORT;
        target[at + 2] = (byte) (length >>> 8);
        target[at + 3] = (byte) length;
      }
      default -> {
        target[at + 1] = LONG;
        for (int i = 0; i < Long.BYTES; i++) {
          target[at + 2 + i] = (byte) ((long) length >>> 8 * (7 - i));
        }
      }
    }
  }

  /**
   * Where a frame ends that begins at {@code at}.
   *
   * @param frames frames as a server writes them
   */
  public static int end(ByteBuf frames, int at) {
    int length = frames.getByte(at + 1);
    return switch (length) {
      case SHORT -> at + 4 + frames.getUnsignedShort(at + 2);
      case LONG -> at + MAX_HEADER + (int) frames.getLong(at + 2);
      default -> at + 2 + length;
    };
  }

  /** A whole message as one frame; {@code payload} is read to its end and stays the caller's. */
  public static ByteBuf message(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    byte[] header = new byte[headerLength(length)];
    header(header, 0, opcode, length);
    return allocator.directBuffer(header.length + length).writeBytes(header).writeBytes(payload);
  }

  /**
   * The same message, compressed.
   *
   * @param frame one whole message with its header
   * @return {@code frame} itself if it would not become shorter
   */
  public static byte[] deflated(byte[] frame, Flate flate) {
    int header = headerLength(frame);
    int length = frame.length - header;
    if (length < LEAST_DEFLATED) {
      return frame;
    }
    byte[] shorter = flate.deflate(frame, header, length, header);
    int payload = shorter.length - header;
    int start = header - headerLength(payload);
    if (start < 0 || shorter.length - start >= frame.length) {
      return frame;
    }
    header(shorter, start, frame[0] & OPCODE | RSV1, payload);
    return start == 0 ? shorter : Arrays.copyOfRange(shorter, start, shorter.length);
  }

  private static int headerLength(byte[] frame) {
    return switch (frame[1]) {
      case SHORT -> 4;
      case LONG -> MAX_HEADER;
      default -> 2;
    };
  }

  /** A close frame with a code and a reason of at most 123 bytes. */
  static ByteBuf close(ByteBufAllocator allocator, int number, String reason) {
    byte[] text = reason.getBytes(UTF_8);
    return allocator
        .directBuffer(4 + text.length)
        .writeByte(FIN | CLOSE)
        .writeByte(2 + text.length)
        .writeShort(number)
        .writeBytes(text);
  }

  /** A close frame that says nothing, in answer to one that said nothing. */
  static ByteBuf close(ByteBufAllocator allocator) {
    return allocator.directBuffer(2).writeByte(FIN | CLOSE).writeByte(0);
  }
}
