package io.mooring.server.frame;

import io.mooring.server.choice.Choices;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Makes what a client might send: messages and control frames, with a breach here and there. */
final class FrameMaker {
  /** Characters of every length. */
  private static final byte[] TEXT = HexFormat.of().parseHex("61c3a9e282acf09f9880");

  /** Where a character of {@link #TEXT} may end. */
  private static final List<Integer> ENDS = List.of(0, 1, 3, 6, 10);

  private static final List<String> CLOSES =
      List.of("", "03e8", "03", "03ed", "0bb8e282ac", "03e8c3", "1388", "03f6", "03f761");
  private static final List<Integer> CONTROLS = List.of(9, 9, 9, 10, 10, 8, 11, 0);
  private static final List<Integer> NEAR =
      List.of(
          0, 1, 2, 3, 7, 8, 9, 17, 125, 126, FrameFuzz.FRAME, FrameFuzz.FRAME + 1, 65_535, 65_536);
  private static final int MOST = 4_096;

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final Choices choices;

  /** The opcode of the message that is not complete, or 0. */
  private int open;

  /** How far in {@link #TEXT} that message is. */
  private int spoken;

  private FrameMaker(Choices choices) {
    this.choices = choices;
  }

  /** An input of {@link FrameFuzz}. */
  static byte[] make(Choices choices) {
    FrameMaker maker = new FrameMaker(choices);
    maker.sent.write(choices.once(8) ? choices.below(4) : 0);
    maker.sent.write(choices.below(256));
    while (choices.left() && maker.sent.size() < MOST) {
      if (choices.below(4) == 3) {
        maker.control();
      } else {
        maker.data();
      }
    }
    byte[] all = maker.sent.toByteArray();
    return choices.once(8) ? choices.damaged(all) : all;
  }

  private void data() {
    boolean legal = !choices.once(32);
    int opcode = open == 0 == legal ? choices.between(1, 2) : 0;
    if (opcode != 0) {
      open = opcode;
      spoken = 0;
    }
    boolean fin = choices.below(2) == 0;
    int length = choices.below(4) == 3 ? choices.of(NEAR) : choices.below(16);
    byte[] payload = open == 2 ? choices.bytes(Math.min(length, 4)) : text(length, fin);
    frame((fin ? 0x80 : 0) | opcode, Arrays.copyOf(payload, Math.max(length, payload.length)));
    if (fin) {
      open = 0;
    }
  }

  /** The next piece of a text, which ends with a character if it is the last. */
  private byte[] text(int least, boolean last) {
    int end = spoken + Math.min(least, MOST);
    if (last && !choices.once(16)) {
      while (!ENDS.contains(end % TEXT.length)) {
        end++;
      }
    }
    byte[] piece = new byte[end - spoken];
    for (int i = 0; i < piece.length; i++) {
      piece[i] = TEXT[(spoken + i) % TEXT.length];
    }
    spoken = end;
    if (piece.length > 0 && choices.once(16)) {
      piece[choices.below(piece.length)] = (byte) choices.below(256);
    }
    return piece;
  }

  private void control() {
    int opcode = choices.of(CONTROLS);
    boolean fin = !choices.once(32);
    byte[] payload =
        opcode == Frames.CLOSE
            ? HexFormat.of().parseHex(choices.of(CLOSES))
            : choices.bytes(choices.once(8) ? choices.between(124, 126) : choices.below(4));
    frame((fin ? 0x80 : 0) | opcode, payload);
  }

  private void frame(int first, byte[] payload) {
    sent.write(choices.once(64) ? first | 0x10 << choices.below(3) : first);
    int masked = choices.once(64) ? 0 : 0x80;
    int length = payload.length;
    int form = length <= 125 ? 0 : length <= 0xffff ? 1 : 2;
    switch (choices.once(64) ? choices.below(3) : form) {
      case 0 -> sent.write(masked | length & 0x7f);
      case 1 -> {
        sent.write(masked | 126);
        sent.writeBytes(ByteBuffer.allocate(2).putShort((short) length).array());
      }
      default -> {
        sent.write(masked | 127);
        sent.writeBytes(ByteBuffer.allocate(8).putLong(length).array());
      }
    }
    byte[] mask = choices.below(4) == 3 ? new byte[4] : choices.bytes(4);
    if (masked != 0) {
      sent.writeBytes(mask);
    }
    for (int i = 0; i < Math.min(length, MOST); i++) {
      sent.write(payload[i] ^ mask[i % 4]);
    }
  }
}
