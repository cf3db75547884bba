package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.wire.Peer;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays that are more than what the sockets' buffers take, and clients that do not read them. */
class ReplayStallTest {
  private static final int CHANNELS = 4;

  /** Just less than is replayed at most. */
  private static final int MISSED = 17;

  private static final String DATA = "x".repeat(60_000);
  private static final Duration STALL = Duration.ofMillis(800);

  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    stand =
        new Stand(
            folder, "--limits.replay-stall=" + STALL.toMillis() + "ms", "--limits.messages=100000");
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @Test
  void closesAClientThatTakesNothingInThoughItShowsThatItLivesAndNobodyElse() throws Exception {
    try (Client publisher = stand.client("ann");
        Client reader = stand.client("reader");
        Client stuck = stand.client("stuck")) {
      String resumes = missed(publisher);
      reader.send(resumes);
      for (int i = 0; i < CHANNELS * MISSED; i++) {
        reader.await("msg");
      }

      long began = System.nanoTime();
      stuck.send(resumes);

      Awaitility.await()
          .until(
              () -> {
                showsThatItLives(stuck);
                return stand.server().connections().count() == 2;
              });
      assertTrue(System.nanoTime() - began >= STALL.toNanos(), "it was not closed for its replay");
      assertTrue(
          stand.metrics().contains("mooring_closes_total{code=\"4101\"} 1.0"), stand::metrics);
      reader.subscribe("demo.alive");
    }
  }

  private static void showsThatItLives(Client client) throws IOException {
    try {
      client.peer().send(Peer.frame(0x8a, new byte[0]));
    } catch (SocketException closed) {
      assertTrue(stand.server().connections().all().size() <= 2, closed::toString);
    }
  }

  /** Makes channels of which a client has missed about a megabyte each; it resumes all of them. */
  private static String missed(Client publisher) throws IOException {
    StringBuilder resumes = new StringBuilder("[");
    for (int i = 0; i < CHANNELS; i++) {
      String channel = "demo.missed-" + i;
      String since = publisher.subscribe(channel).path("pos").toString();
      for (int off = 1; off <= MISSED; off++) {
        JsonNode pubbed =
            publisher.ask(
                "{\"op\":\"pub\",\"id\":1,\"ch\":\"%s\",\"data\":\"%s\"}".formatted(channel, DATA),
                "pubbed");
        assertEquals(off, pubbed.path("off").asInt());
        publisher.await("msg");
      }
      resumes
          .append(i == 0 ? "" : ",")
          .append(
              "{\"op\":\"sub\",\"id\":%d,\"ch\":\"%s\",\"pos\":%s}".formatted(i, channel, since));
    }
    return resumes + "]";
  }
}
