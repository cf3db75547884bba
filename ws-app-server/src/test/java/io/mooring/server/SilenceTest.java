package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SilenceTest {
  private static final Duration PING = Duration.ofMillis(600);
  private static final Duration PONG = Duration.ofMillis(300);

  /** What a busy machine may add. */
  private static final Duration SLACK = Duration.ofSeconds(2);

  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    stand =
        new Stand(folder, "--ping=" + PING.toMillis() + "ms", "--pong=" + PONG.toMillis() + "ms");
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @Test
  void endsAPeerWhoseTcpLivesWithinPingAndPongAndCleansUp() throws IOException {
    try (Client silent = stand.client("silent")) {
      silent.subscribe("demo.silent");
      long since = System.nanoTime();

      Frame close = silent.peer().read(8);
      boolean ended = silent.peer().ended();
      Duration silence = Duration.ofNanos(System.nanoTime() - since);

      assertEquals("close 4103 r=no_pong", close.toString());
      assertTrue(ended);
      assertTrue(silence.compareTo(PING.plus(PONG).plus(SLACK)) <= 0, silence.toString());
      Awaitility.await().until(() -> stand.server().connections().count() == 0);
    }
  }

  @Test
  void pingsAtBothLevelsAgainAndAgain() throws IOException {
    try (Client client = stand.client("ann")) {
      client.subscribe("demo.ping");
      Peer peer = client.peer();

      for (int i = 0; i < 3; i++) {
        assertEquals("{\"op\":\"ping\"}", peer.read().text());
        assertEquals(9, peer.read().opcode());
        peer.send(Peer.frame(0x8a, new byte[0]));
      }
    }
  }

  @Test
  void takesAnyFrameForLife() throws IOException {
    try (Client client = stand.client("ann")) {
      client.subscribe("demo.life");
      for (byte[] life :
          new byte[][] {
            Peer.frame(0x8a, new byte[0]),
            Peer.frame(0x89, new byte[0]),
            Peer.frame(0x81, "{\"op\":\"pong\"}".getBytes("US-ASCII")),
            Peer.frame(0x81, "{\"op\":\"unsub\",\"id\":1,\"ch\":\"demo.x\"}".getBytes("US-ASCII"))
          }) {
        client.peer().read(9);
        client.peer().send(life);
      }

      JsonNode answer = client.ask("{\"op\":\"unsub\",\"id\":2,\"ch\":\"demo.y\"}", "unsubbed");
      assertEquals("unsubbed", answer.path("op").asText());
    }
  }
}
