package io.mooring.server.frame;

import static io.mooring.server.frame.CloseCode.BAD_PAYLOAD;
import static io.mooring.server.frame.CloseCode.PROTOCOL_ERROR;
import static io.mooring.server.frame.CloseCode.RATE_LIMITED;
import static io.mooring.server.frame.CloseCode.TOO_BIG;
import static io.mooring.server.frame.CloseCode.UNACCEPTABLE_DATA;

import io.mooring.server.loop.Flate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's frames (RFC 6455 section 5) from bytes that arrive in any pieces. Each rule is
 * checked with the first byte that shows its breach, and nothing is allocated for what will be
 * refused. A message that arrives in one frame and one read is not copied. A compressed one is
 * expanded when it is whole, up to the limit of a message.
 */
final class FrameReader {
  private enum Phase {
    FIRST,
    SECOND,
    LENGTH,
    MASK,
    PAYLOAD
  }

  private static final int FIN = 0x80;
  private static final int RSV = 0x70;
  private static final int OPCODE = 0x0f;
  private static final int MASKED = 0x80;
  private static final int NONE = 0;

  private final FrameRules rules;
  private Phase phase = Phase.FIRST;
  private boolean fin;
  private int opcode;

  /** Whether the message at hand is compressed. */
  private boolean deflated;

  /** Bytes of the length or mask still to come. */
  private int headerLeft;

  private long length;

  /** The least length that needs the form in which it is being given. */
  private int shortest;

  private int mask;
  private int remaining;

  /** The opcode of the message at hand, or {@link #NONE}. */
  private int messageOpcode = NONE;

  private int messageLength;
  private int fragments;
  private int utf8 = Utf8.COMPLETE;
  private @Nullable ByteBuf message;
  private @Nullable ByteBuf control;

  FrameReader(FrameRules rules) {
    this.rules = rules;
  }

  /**
   * Reads frames, and hands them to {@code socket}, until {@code in} is used up or the socket
   * discards its input.
   *
   * @throws FrameException when a rule is broken; then nothing more can be read
   */
  void read(ByteBuf in, WebSocket socket) {
    while (!socket.discarding() && header(in, socket) && payload(in, socket)) {
      phase = Phase.FIRST;
    }
  }

  void release() {
    if (message != null) {
      message.release();
      message = null;
    }
    if (control != null) {
      control.release();
      control = null;
    }
  }

  private boolean header(ByteBuf in, WebSocket socket) {
    while (phase != Phase.PAYLOAD) {
      if (!in.isReadable()) {
        return false;
      }
      int b = in.readUnsignedByte();
      switch (phase) {
        case FIRST -> first(b, socket);
        case SECOND -> second(b);
        case LENGTH -> {
          length = length << 8 | b;
          if (--headerLeft == 0) {
            extended();
          }
        }
        case MASK -> {
          mask = mask << 8 | b;
          if (--headerLeft == 0) {
            phase = Phase.PAYLOAD;
          }
        }
        case PAYLOAD -> throw new IllegalStateException("the header is complete");
      }
    }
    return true;
  }

  private void first(int b, WebSocket socket) {
    fin = (b & FIN) != 0;
    opcode = b & OPCODE;
    boolean begins = opcode == Frames.TEXT || opcode == Frames.BINARY;
    int reserved = b & RSV;
    if (reserved != 0 && !(reserved == Frames.RSV1 && begins && socket.deflated())) {
      throw new FrameException(PROTOCOL_ERROR, "reserved bit that no extension gives a meaning");
    }
    switch (opcode) {
      case Frames.CONTINUATION -> {
        if (messageOpcode == NONE) {
          throw new FrameException(PROTOCOL_ERROR, "continuation of nothing");
        }
        fragment();
      }
      case Frames.TEXT, Frames.BINARY -> {
        if (messageOpcode != NONE) {
          throw new FrameException(PROTOCOL_ERROR, "new message inside another");
        }
        if (opcode == Frames.TEXT ? !rules.text() : !rules.binary()) {
          throw new FrameException(
              UNACCEPTABLE_DATA, opcode == Frames.TEXT ? "text message" : "binary message");
        }
        messageOpcode = opcode;
        deflated = reserved != 0;
        fragment();
      }
      case Frames.CLOSE, Frames.PING, Frames.PONG -> {
        if (!fin) {
          throw new FrameException(PROTOCOL_ERROR, "fragmented control frame");
        }
      }
      default -> throw new FrameException(PROTOCOL_ERROR, "reserved opcode");
    }
    phase = Phase.SECOND;
  }

  private void fragment() {
    fragments++;
    if (fragments > rules.fragments()) {
      throw new FrameException(RATE_LIMITED, "more than " + rules.fragments() + " fragments");
    }
  }

  private void second(int b) {
    if ((b & MASKED) == 0) {
      throw new FrameException(PROTOCOL_ERROR, "unmasked frame");
    }
    int given = b & ~MASKED;
    if (control() && given > Frames.MAX_CONTROL) {
      throw new FrameException(PROTOCOL_ERROR, "control frame over 125 bytes");
    }
    length = 0;
    if (given <= Frames.MAX_CONTROL) {
      length = given;
      lengthKnown();
    } else {
      boolean wide = given == Frames.MAX_CONTROL + 2;
      headerLeft = wide ? Long.BYTES : Short.BYTES;
      shortest = wide ? 0x1_0000 : Frames.MAX_CONTROL + 1;
      phase = Phase.LENGTH;
    }
  }

  private void extended() {
    if (length < 0) {
      throw new FrameException(PROTOCOL_ERROR, "length over 63 bits");
    }
    if (length < shortest) {
      throw new FrameException(PROTOCOL_ERROR, "length not in its shortest form");
    }
    lengthKnown();
  }

  private void lengthKnown() {
    if (!control()) {
      if (length > rules.frame()) {
        throw new FrameException(TOO_BIG, "frame over " + rules.frame() + " bytes");
      }
      if (messageLength + length > rules.message()) {
        throw new FrameException(TOO_BIG, "message over " + rules.message() + " bytes");
      }
    }
    remaining = (int) length;
    mask = 0;
    headerLeft = Integer.BYTES;
    phase = Phase.MASK;
  }

  private boolean control() {
    return opcode >= Frames.CLOSE;
  }

  /** Takes what is there of the payload; true when the frame is whole. */
  private boolean payload(ByteBuf in, WebSocket socket) {
    int from = in.readerIndex();
    int count = Math.min(in.readableBytes(), remaining);
    unmask(in, from, count);
    in.skipBytes(count);
    remaining -= count;
    if (control()) {
      return control(in.slice(from, count), socket);
    }
    return data(in.slice(from, count), socket);
  }

  private boolean control(ByteBuf part, WebSocket socket) {
    if (remaining == 0 && control == null) {
      socket.control(opcode, part);
      return true;
    }
    control = append(control, part, socket.allocator());
    if (remaining > 0) {
      return false;
    }
    ByteBuf whole = control;
    control = null;
    try {
      socket.control(opcode, whole);
    } finally {
      whole.release();
    }
    return true;
  }

  private boolean data(ByteBuf part, WebSocket socket) {
    if (!deflated && messageOpcode == Frames.TEXT) {
      validate(part);
    }
    messageLength += part.readableBytes();
    boolean last = fin && remaining == 0;
    if (!last) {
      if (part.isReadable()) {
        message = append(message, part, socket.allocator());
      }
      if (remaining == 0) {
        socket.fragment();
      }
      return remaining == 0;
    }
    int kind = messageOpcode;
    messageOpcode = NONE;
    messageLength = 0;
    fragments = 0;
    if (message == null) {
      whole(kind, part, socket);
      return true;
    }
    ByteBuf whole = append(message, part, socket.allocator());
    message = null;
    try {
      whole(kind, whole, socket);
    } finally {
      whole.release();
    }
    return true;
  }

  private void whole(int kind, ByteBuf whole, WebSocket socket) {
    if (!deflated) {
      complete();
      socket.message(kind, whole);
      return;
    }
    ByteBuf text = inflate(whole, socket);
    try {
      if (kind == Frames.TEXT) {
        validate(text);
        complete();
      }
      socket.message(kind, text);
    } finally {
      text.release();
    }
  }

  private ByteBuf inflate(ByteBuf message, WebSocket socket) {
    try {
      return socket.loop().flate().inflate(message, rules.message(), socket.allocator());
    } catch (Flate.TooLongException bomb) {
      throw new FrameException(TOO_BIG, String.valueOf(bomb.getMessage()));
    } catch (DataFormatException broken) {
      throw new FrameException(BAD_PAYLOAD, "message cannot be expanded");
    }
  }

  private void validate(ByteBuf part) {
    utf8 = Utf8.next(utf8, part, part.readerIndex(), part.writerIndex());
    if (utf8 == Utf8.INVALID) {
      throw new FrameException(BAD_PAYLOAD, "text is not UTF-8");
    }
  }

  private void complete() {
    if (utf8 != Utf8.COMPLETE) {
      throw new FrameException(BAD_PAYLOAD, "text ends inside a character");
    }
  }

  private static ByteBuf append(
      @Nullable ByteBuf collected, ByteBuf part, ByteBufAllocator allocator) {
    ByteBuf target =
        collected == null ? allocator.directBuffer(Math.max(256, part.readableBytes())) : collected;
    return target.writeBytes(part);
  }

  /** In place, eight bytes at a time; the mask is left turned to where the next piece begins. */
  private void unmask(ByteBuf in, int from, int count) {
    if (mask == 0) {
      return;
    }
    long wide = (long) mask << Integer.SIZE | mask & 0xffff_ffffL;
    int at = from;
    int end = from + count;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      in.setLong(at, in.getLong(at) ^ wide);
    }
    for (int shift = Integer.SIZE - Byte.SIZE; at < end; at++, shift -= Byte.SIZE) {
      in.setByte(at, in.getByte(at) ^ mask >>> (shift & Integer.SIZE - 1));
    }
    mask = Integer.rotateLeft(mask, count % Integer.BYTES * Byte.SIZE);
  }
}
