package io.mooring.server.frame;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.conformance.EchoServer;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compressed messages, against the echo endpoint with small limits. */
class DeflateTest {
  private static final String OFFER =
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
  private static final int FRAME = 8_000;
  private static final int MESSAGE = 10_000;
  private static final EchoServer SERVER =
      new EchoServer(0, new FrameRules(FRAME, MESSAGE, 50, true, false), true);

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void end() {
    SERVER.close();
  }

  @Test
  void expandsWhatComesCompressedAndCompressesWhatGoesOut() throws Exception {
    byte[] text = "mooring ".repeat(100).getBytes(UTF_8);
    try (Peer peer = open()) {
      peer.send(Peer.frame(0xc1, deflate(text)));

      Frame echo = peer.read();

      assertTrue(echo.payload().length < 100, echo::toString);
      assertArrayEquals(text, inflate(echo.payload()));
    }
  }

  @Test
  void takesPlainMessagesBesideCompressedOnesWhateverTheirPieces() throws Exception {
    Random random = new Random(5);
    try (Peer peer = open()) {
      for (int round = 0; round < 100; round++) {
        byte[] text = ("pätzchen " + random.nextLong()).repeat(random.nextInt(90)).getBytes(UTF_8);
        byte[] sent = round % 2 == 0 ? deflate(text) : text;
        int cut = random.nextInt(sent.length + 1);
        peer.send(Peer.frame(round % 2 == 0 ? 0x41 : 0x01, Arrays.copyOf(sent, cut)));
        peer.send(Peer.frame(0x80, Arrays.copyOfRange(sent, cut, sent.length)));

        byte[] echo = peer.read().payload();

        assertArrayEquals(text, Arrays.equals(text, echo) ? echo : inflate(echo));
      }
    }
  }

  @Test
  void endsABombAtTheLimitOfAMessage() throws IOException {
    try (Peer peer = open()) {
      byte[] bomb = deflate(new byte[7_000_000]);
      assertTrue(bomb.length < FRAME);
      peer.send(Peer.frame(0xc1, bomb));

      Frame close = peer.awaitClose();

      assertEquals(1009, close.closeCode());
      assertEquals("r=too_big;d=message over 10000 bytes", close.closeReason());
    }
  }

  @Test
  void takesAMessageThatIsExactlyAsLongAsAllowed() throws Exception {
    byte[] text = "x".repeat(MESSAGE).getBytes(UTF_8);
    try (Peer peer = open()) {
      peer.send(Peer.frame(0xc1, deflate(text)));

      assertArrayEquals(text, inflate(peer.read().payload()));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no deflate, c18311223344ffffff, 1007",
    "RSV2, a18011223344, 1002",
    "RSV1 and RSV3, d18011223344, 1002",
    "compressed ping, c98011223344, 1002",
    "RSV1 within a message, 01811122334470c08011223344, 1002",
    "compressed text that is not UTF-8, c187000000004a4c7a979c0200, 1007",
  })
  void closesWithTheCodeOfTheRuleThatIsBroken(String what, String hex, int code)
      throws IOException {
    try (Peer peer = open()) {
      peer.send(HexFormat.of().parseHex(hex));

      assertEquals(code, peer.awaitClose().closeCode(), what);
    }
  }

  @Test
  void refusesACompressedMessageThatWasNotAgreedTo() throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.send(Peer.frame(0xc1, deflate(new byte[] {'x'})));

      assertEquals(1002, peer.awaitClose().closeCode());
    }
  }

  private static Peer open() throws IOException {
    return Peer.open(SERVER.port(), "/", OFFER);
  }

  private static byte[] deflate(byte[] text) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(text);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] room = new byte[100_000];
    int count = deflater.deflate(room, 0, room.length, Deflater.SYNC_FLUSH);
    while (count > 0) {
      out.write(room, 0, count);
      count = deflater.deflate(room, 0, room.length, Deflater.SYNC_FLUSH);
    }
    deflater.end();
    return Arrays.copyOf(out.toByteArray(), out.size() - 4);
  }

  private static byte[] inflate(byte[] payload) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    byte[] whole = Arrays.copyOf(payload, payload.length + 4);
    whole[payload.length + 2] = (byte) 0xff;
    whole[payload.length + 3] = (byte) 0xff;
    inflater.setInput(whole);
    byte[] room = new byte[100_000];
    int count = inflater.inflate(room);
    inflater.end();
    return Arrays.copyOf(room, count);
  }
}
