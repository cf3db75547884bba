package io.mooring.server.frame;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * RFC 6455 section 5 read from the whole of what a client sent, as plainly as it can be written,
 * and with nothing of the server's: what the server reads is judged by it.
 */
final class PlainDecoder {
  /** Every beginning of a character is one character with one of these. */
  private static final List<byte[]> ENDS =
      Stream.of("", "80", "8080", "808080", "90", "9080", "908080", "a0", "a080", "a08080")
          .map(HexFormat.of()::parseHex)
          .toList();

  private static final int NO_CODE = 1005;
  private static final int ABNORMAL = 1006;

  private final FrameRules rules;
  private final List<String> events = new ArrayList<>();
  private ByteBuffer in = ByteBuffer.allocate(0);
  private int code;

  PlainDecoder(FrameRules rules) {
    this.rules = rules;
  }

  /** Messages, and at the end that the socket takes nothing more. */
  List<String> events() {
    return events;
  }

  /** The close code that ended the socket. */
  int code() {
    return code;
  }

  void decode(byte[] sent) {
    in = ByteBuffer.wrap(sent);
    code = run();
    events.add("closing");
  }

  private int run() {
    int kind = 0;
    int fragments = 0;
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    while (in.hasRemaining()) {
      int first = in.get() & 0xff;
      boolean fin = first >= 0x80;
      int opcode = first & 0x0f;
      if ((first & 0x70) != 0) {
        return 1002;
      }
      boolean control = opcode >= 8 && opcode <= 10;
      if (!control && opcode > 2
          || control && !fin
          || opcode == 0 && kind == 0
          || (opcode == 1 || opcode == 2) && kind != 0) {
        return 1002;
      }
      if (opcode == 1 && !rules.text() || opcode == 2 && !rules.binary()) {
        return 1003;
      }
      if (!control) {
        kind = opcode == 0 ? kind : opcode;
        fragments++;
        if (fragments > rules.fragments()) {
          return 4102;
        }
      }

      if (!in.hasRemaining()) {
        return ABNORMAL;
      }
      int second = in.get() & 0xff;
      if (second < 0x80 || control && second - 0x80 > 125) {
        return 1002;
      }
      long length = second - 0x80;
      if (length > 125) {
        int bytes = length == 126 ? 2 : 8;
        if (in.remaining() < bytes) {
          return ABNORMAL;
        }
        length = bytes == 2 ? in.getShort() & 0xffff : in.getLong();
        if (length < (bytes == 2 ? 126 : 65_536)) {
          return 1002;
        }
      }
      if (!control && (length > rules.frame() || message.size() + length > rules.message())) {
        return 1009;
      }
      if (in.remaining() < 4) {
        return ABNORMAL;
      }
      byte[] mask = new byte[4];
      in.get(mask);
      byte[] payload = new byte[(int) Math.min(length, in.remaining())];
      in.get(payload);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      boolean whole = payload.length == length;

      if (control) {
        if (!whole) {
          return ABNORMAL;
        }
        if (opcode == 8) {
          return closed(payload);
        }
        continue;
      }
      message.writeBytes(payload);
      boolean complete = whole && fin;
      if (kind == 1 && !utf8(message.toByteArray(), complete)) {
        return 1007;
      }
      if (!whole) {
        return ABNORMAL;
      }
      if (complete) {
        String name = kind == 1 ? "text " : "binary ";
        events.add(name + HexFormat.of().formatHex(message.toByteArray()));
        kind = 0;
        fragments = 0;
        message.reset();
      }
    }
    return ABNORMAL;
  }

  private static int closed(byte[] payload) {
    if (payload.length == 0) {
      return NO_CODE;
    }
    if (payload.length == 1) {
      return 1002;
    }
    int number = ByteBuffer.wrap(payload).getShort() & 0xffff;
    boolean allowed =
        number >= 1000 && number <= 1003
            || number >= 1007 && number <= 1014
            || number >= 3000 && number <= 4999;
    if (!allowed) {
      return 1002;
    }
    byte[] reason = new byte[payload.length - 2];
    System.arraycopy(payload, 2, reason, 0, reason.length);
    return utf8(reason, true) ? number : 1007;
  }

  /**
   * Whether the bytes are UTF-8, or can become it if more may follow. The decoder alone takes two
   * of three bytes of a surrogate for the beginning of a character.
   */
  private static boolean utf8(byte[] bytes, boolean complete) {
    return complete ? utf8(bytes) : ENDS.stream().anyMatch(end -> utf8(joined(bytes, end)));
  }

  private static boolean utf8(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result =
        decoder.decode(ByteBuffer.wrap(bytes), CharBuffer.allocate(bytes.length + 1), true);
    return !result.isError();
  }

  private static byte[] joined(byte[] begin, byte[] end) {
    return ByteBuffer.allocate(begin.length + end.length).put(begin).put(end).array();
  }
}
