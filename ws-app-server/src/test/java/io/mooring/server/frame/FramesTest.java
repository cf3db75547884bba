package io.mooring.server.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.conformance.EchoServer;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Autobahn's cases do not send, against the echo endpoint with small limits. */
class FramesTest {
  private static final EchoServer SERVER =
      new EchoServer(0, new FrameRules(1_000, 3_000, 50, true, false), false);

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void end() {
    SERVER.close();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "unmasked text, 8103616263, 1002",
    "RSV1 without an extension, c18311223344707172, 1002",
    "RSV2, a18011223344, 1002",
    "RSV3, 918011223344, 1002",
    "reserved opcode 3, 838011223344, 1002",
    "reserved opcode 11, 8b8011223344, 1002",
    "fragmented ping, 098011223344, 1002",
    "ping of 126 bytes, 89fe007e11223344, 1002",
    "continuation of nothing, 808011223344, 1002",
    "text inside text, 01801122334481801122, 1002",
    "length of 5 in two bytes, 81fe0005, 1002",
    "length of 65535 in eight bytes, 81ff000000000000ffff, 1002",
    "length beyond 63 bits, 81ff8000000000000000, 1002",
    "frame over its limit, 81fe03e9, 1009",
    "frame of 2^62 bytes, 81ff4000000000000000, 1009",
    "binary where only text is spoken, 82, 1003",
    "text that is not UTF-8, 818111223344ee, 1007",
    "overlong slash across frames, 018111223344d1808111223344be, 1007",
    "text that ends inside a character, 818111223344f4, 1007",
    "close code of one byte, 888111223344aa, 1002",
    "close code 1005, 88821122334412cf, 1002",
    "close code 999, 88821122334412c5, 1002",
    "close code 5000, 88821122334402aa, 1002",
  })
  void closesWithTheCodeOfTheRuleThatIsBroken(String what, String hex, int code)
      throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.send(HexFormat.of().parseHex(hex));

      Frame close = peer.awaitClose();

      assertEquals(code, close.closeCode(), what);
      assertTrue(close.payload().length <= Frames.MAX_CONTROL);
      assertTrue(close.closeReason().startsWith("r="), close.closeReason());
    }
  }

  @Test
  void refusesAMessageThatGrowsBeyondItsLimitBeforeTheFrameThatDoesIt() throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.send(Peer.frame(0x01, new byte[1_000]));
      peer.send(Peer.frame(0x00, new byte[1_000]));
      peer.send(Peer.frame(0x00, new byte[1_000]));
      peer.send(new byte[] {0x00, (byte) 0x81});

      assertEquals(1009, peer.awaitClose().closeCode());
    }
  }

  @Test
  void endsAMessageOfTooManyFragmentsEvenIfTheyAreEmpty() throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.send(Peer.frame(0x01, new byte[0]));
      for (int i = 0; i < 50; i++) {
        peer.send(Peer.frame(0x00, new byte[0]));
      }

      assertEquals(4102, peer.awaitClose().closeCode());
    }
  }

  @Test
  void echoesWhatComesInAnyPieces() throws IOException {
    Random random = new Random(3);
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      for (int round = 0; round < 200; round++) {
        byte[] text = "pätzchen ".repeat(random.nextInt(80)).getBytes("UTF-8");
        int cut = random.nextInt(text.length + 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Peer.frame(0x01, java.util.Arrays.copyOf(text, cut)));
        bytes.writeBytes(Peer.frame(0x89, new byte[] {(byte) round}));
        bytes.writeBytes(Peer.frame(0x80, java.util.Arrays.copyOfRange(text, cut, text.length)));
        sendInPieces(peer, bytes.toByteArray(), random);

        assertArrayEquals(new byte[] {(byte) round}, peer.read(10).payload());
        assertArrayEquals(text, peer.read(1).payload());
      }
    }
  }

  @Test
  void answersACloseOnceAndIgnoresWhatFollows() throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.close(1000);
      peer.text("too late");
      peer.close(1001);

      assertEquals(1000, peer.awaitClose().closeCode());
    }
  }

  @Test
  void endsAPeerThatDoesNotAnswerTheClose() throws IOException {
    try (Peer peer = Peer.open(SERVER.port(), "/")) {
      peer.send(new byte[] {(byte) 0x83});
      peer.read(8);

      assertTrue(peer.ended());
    }
  }

  private static void sendInPieces(Peer peer, byte[] bytes, Random random) throws IOException {
    for (int at = 0; at < bytes.length; ) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
      peer.send(java.util.Arrays.copyOfRange(bytes, at, end));
      at = end;
    }
  }
}
