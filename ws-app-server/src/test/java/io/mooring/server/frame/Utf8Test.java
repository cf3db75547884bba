package io.mooring.server.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table is that of RFC 3629 section 4, with both sides of each border. */
class Utf8Test {
  @ParameterizedTest
  @CsvSource({
    "7f, valid",
    "80, invalid",
    "bf, invalid",
    "c080, invalid",
    "c1bf, invalid",
    "c280, valid",
    "dfbf, valid",
    "c2, incomplete",
    "c27f, invalid",
    "c2c0, invalid",
    "e09fbf, invalid",
    "e0a080, valid",
    "ed9fbf, valid",
    "eda080, invalid",
    "edbfbf, invalid",
    "ee8080, valid",
    "efbfbf, valid",
    "efbf, incomplete",
    "f08fbfbf, invalid",
    "f0908080, valid",
    "f48fbfbf, valid",
    "f4908080, invalid",
    "f490, invalid",
    "f48fbf, incomplete",
    "f5808080, invalid",
    "f8, invalid",
    "fe, invalid",
    "ff, invalid",
    "4142434445464748c3a9, valid",
    "41424344454647ff, invalid",
  })
  void judgesBytes(String hex, String verdict) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertEquals(verdict, verdict(bytes, bytes.length));
    assertEquals(verdict, verdict(bytes, 1));
  }

  @Test
  void agreesWithTheJdkOnRandomBytesInAnyPieces() {
    Random random = new Random(5);
    for (int round = 0; round < 50_000; round++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      for (int i = 0; i < bytes.length; i++) {
        if (random.nextBoolean()) {
          bytes[i] = (byte) (0x80 | bytes[i] & 0x3f);
        } else if (random.nextBoolean()) {
          bytes[i] &= 0x7f;
        }
      }

      boolean valid = verdict(bytes, 1 + random.nextInt(9)).equals("valid");

      assertEquals(decodes(bytes), valid, () -> HexFormat.of().formatHex(bytes));
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException invalid) {
      return false;
    }
  }

  private static String verdict(byte[] bytes, int piece) {
    ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
    int state = Utf8.COMPLETE;
    for (int at = 0; at < bytes.length; at += piece) {
      state = Utf8.next(state, buffer, at, Math.min(bytes.length, at + piece));
      if (state == Utf8.INVALID) {
        return "invalid";
      }
    }
    return state == Utf8.COMPLETE ? "valid" : "incomplete";
  }
}
