package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.stand.Client;
import io.mooring.server.wire.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One namespace whose messages go compressed, beside one whose messages do not. */
class CompressionTest {
  private static final String OFFER =
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
  private static final String WORDS = "mooring ".repeat(100);

  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("app.yaml"),
            """
            namespaces:
              demo:
                open: true
                compress: true
              plain:
                open: true
            """);
    stand = new Stand(folder, "--config=" + config);
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @Test
  void bringsOneBroadcastCompressedToThoseWhoTakeItAndPlainToTheOthers() throws IOException {
    try (Client deflated = open(OFFER);
        Client other = stand.client("bob");
        Client publisher = stand.client("cid")) {
      deflated.subscribe("demo.room");
      other.subscribe("demo.room");

      publish(publisher, "demo.room");

      int compressed = deflated.peer().read(1).payload().length;
      assertEquals(WORDS, other.await("msg").path("data").asText());
      assertTrue(compressed < 200, () -> compressed + " bytes");
    }
  }

  @Test
  void leavesTheMessagesOfOtherNamespacesAsTheyAre() throws IOException {
    try (Client deflated = open(OFFER);
        Client publisher = stand.client("cid")) {
      deflated.subscribe("plain.room");

      publish(publisher, "plain.room");

      assertEquals(WORDS, deflated.await("msg").path("data").asText());
    }
  }

  @Test
  void agreesToNoCompressionWhereNoNamespaceAsksForIt() throws IOException {
    Path own = Files.createDirectory(folder.resolve("off"));
    try (Stand off = new Stand(own);
        Peer peer = Peer.connect(off.port())) {
      String head = peer.upgrade("/ws", OFFER, off.edge().header("ann"));

      assertTrue(head.startsWith("HTTP/1.1 101 "), head);
      assertFalse(head.contains("Extensions"), head);
    }
  }

  private static Client open(String offer) throws IOException {
    return Client.open(stand.port(), "/ws", offer, stand.edge().header("ann"));
  }

  private static void publish(Client publisher, String channel) throws IOException {
    publisher.ask(
        "{\"op\":\"pub\",\"id\":1,\"ch\":\"" + channel + "\",\"data\":\"" + WORDS + "\"}",
        "pubbed");
  }
}
