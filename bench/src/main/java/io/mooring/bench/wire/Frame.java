package io.mooring.bench.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A client's frame. Its mask is all zeros, which is as valid as any and costs nothing to apply. */
final class Frame {
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int MASK_BYTES = 4;
  private static final int LONGEST_HEADER = 8;

  private Frame() {}

  /**
   * @throws IllegalArgumentException for a payload of more than 65,535 bytes
   */
  static ByteBuf masked(int opcode, byte[] payload) {
    if (payload.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "payload of %d bytes: expected at most 65535".formatted(payload.length));
    }
    ByteBuf frame = Unpooled.buffer(LONGEST_HEADER + payload.length);
    frame.writeByte(FINAL | opcode);
    if (payload.length < 126) {
      frame.writeByte(MASKED | payload.length);
    } else {
      frame.writeByte(MASKED | 126).writeShort(payload.length);
    }
    return frame.writeZero(MASK_BYTES).writeBytes(payload);
  }
}
