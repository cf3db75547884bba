package io.mooring.server.frame;

import io.netty.buffer.ByteBuf;

/**
 * Validates UTF-8 (RFC 3629) that arrives in pieces, as fast as bytes arrive. The state between two
 * pieces is one int: how many bytes are missing, and the range that the next one must be in.
 */
final class Utf8 {
  /** Between characters; the state to begin with, and the only one in which a text may end. */
  static final int COMPLETE = 0;

  static final int INVALID = -1;

  private static final long ASCII = 0x8080808080808080L;

  private Utf8() {}

  /** The state after {@code bytes[from, to)}, or {@link #INVALID}. */
  static int next(int state, ByteBuf bytes, int from, int to) {
    int current = state;
    int i = from;
    while (i < to) {
      if (current == COMPLETE && to - i >= Long.BYTES && (bytes.getLong(i) & ASCII) == 0) {
        i += Long.BYTES;
        continue;
      }
      current = next(current, bytes.getUnsignedByte(i));
      if (current == INVALID) {
        return INVALID;
      }
      i++;
    }
    return current;
  }

  private static int next(int state, int b) {
    if (state != COMPLETE) {
      int missing = state & 0xff;
      int low = state >>> 8 & 0xff;
      int high = state >>> 16;
      if (b < low || b > high) {
        return INVALID;
      }
      return missing == 1 ? COMPLETE : expect(missing - 1, 0x80, 0xbf);
    }
    if (b < 0x80) {
      return COMPLETE;
    }
    // The narrowed ranges keep out overlong forms (C0, C1, E0, F0), surrogates (ED), and what is
    // beyond U+10FFFF (F4 and above).
    return switch (b >>> 4) {
      case 0xc, 0xd -> b < 0xc2 ? INVALID : expect(1, 0x80, 0xbf);
      case 0xe -> expect(2, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf);
      case 0xf -> b > 0xf4 ? INVALID : expect(3, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf);
      default -> INVALID;
    };
  }

  private static int expect(int missing, int low, int high) {
    return missing | low << 8 | high << 16;
  }
}
