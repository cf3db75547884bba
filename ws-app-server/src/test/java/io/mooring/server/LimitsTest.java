package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.wire.Frame;
import io.mooring.server.wire.Peer;
import io.mooring.token.Channels;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every limit of the protocol, and what a client beyond it is told. */
class LimitsTest {
  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    stand = new Stand(folder);
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no JSON|4501",
        "[{\"op\":\"pong\"}|4501",
        "{\"id\":1}|4501",
        "17|4501",
      })
  void closesOnWhatIsNoMessage(String text, int code) throws IOException {
    try (Client client = stand.client("ann")) {
      client.send(text);

      Frame close = client.peer().read(8);
      assertEquals(code, close.closeCode());
      assertTrue(close.closeReason().startsWith("r=protocol;d="), close.closeReason());
    }
  }

  @Test
  void closesOnNestingBeyond32() throws IOException {
    try (Client client = stand.client("ann")) {
      client.send("{\"op\":\"x\",\"d\":" + "[".repeat(32) + "]".repeat(32) + "}");

      assertEquals(4501, client.peer().read(8).closeCode());
    }
  }

  @Test
  void closesOnBinary() throws IOException {
    try (Client client = stand.client("ann")) {
      client.peer().send(Peer.frame(0x82, new byte[] {1}));

      assertEquals(1003, client.peer().read(8).closeCode());
    }
  }

  @Test
  void closesOnAFrameOrMessageThatIsTooBig() throws IOException {
    try (Client client = stand.client("ann")) {
      client.peer().send(new byte[] {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 1, 0, 1});

      assertEquals(1009, client.peer().read(8).closeCode());
    }
    try (Client client = stand.client("ann")) {
      client.peer().send(Peer.frame(0x01, new byte[65_536]));
      client.peer().send(Peer.frame(0x00, new byte[65_536]));
      client.peer().send(new byte[] {0x00, (byte) 0x81});

      assertEquals(1009, client.peer().read(8).closeCode());
    }
  }

  @Test
  void answersAnUnknownOpAndABadRequestAndTheSocketLives() throws IOException {
    try (Client client = stand.client("ann")) {
      JsonNode unknown = client.ask("{\"op\":\"dance\",\"id\":4}", "error");
      JsonNode bad = client.ask("{\"op\":\"sub\",\"id\":5}", "error");

      assertEquals("unknown_op", unknown.path("code").asText());
      assertEquals(4, unknown.path("id").asInt());
      assertEquals("bad_request", bad.path("code").asText());
      assertTrue(bad.path("message").asText().contains("ch"), bad.toString());
      client.subscribe("demo.alive");
    }
  }

  @Test
  void closesOnMoreMessagesThanItTakes() throws IOException {
    try (Client client = stand.client("ann")) {
      for (int i = 0; i < 121; i++) {
        client.send("{\"op\":\"pong\"}");
      }

      assertEquals(4102, client.peer().read(8).closeCode());
    }
  }

  @Test
  void closesOnAFloodOfPings() throws IOException {
    try (Client client = stand.client("ann")) {
      for (int i = 0; i < 121; i++) {
        client.peer().send(Peer.frame(0x89, new byte[0]));
      }

      assertEquals(4102, client.peer().read(8).closeCode());
    }
  }

  @Test
  void countsEachPublicationOfAnArray() throws IOException {
    try (Client client = stand.client("ann")) {
      String pub = "{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.x\",\"data\":1},";
      client.send("[" + pub.repeat(120) + "{\"op\":\"pong\"}]");

      assertEquals(4102, client.peer().read(8).closeCode());
    }
  }

  @Test
  void takes128SubscriptionsInOneArrayAsOneMessageAndFailsTheNext() throws IOException {
    try (Client client = stand.client("ann")) {
      StringBuilder subs = new StringBuilder("[");
      for (int i = 0; i < 129; i++) {
        subs.append(i == 0 ? "" : ",").append("{\"op\":\"sub\",\"id\":").append(i);
        subs.append(",\"ch\":\"demo.c").append(i).append("\"}");
      }
      client.send(subs + "]");

      Set<String> subscribed = new HashSet<>();
      JsonNode failed = null;
      while (subscribed.size() < 128 || failed == null) {
        JsonNode answer = client.next();
        if (answer.path("op").asText().equals("subbed")) {
          subscribed.add(answer.path("ch").asText());
        } else {
          failed = answer;
        }
      }
      assertEquals("sub_failed", failed.path("op").asText());
      assertEquals("limit", failed.path("reason").asText());
      client.ask("{\"op\":\"unsub\",\"id\":1,\"ch\":\"demo.c7\"}", "unsubbed");
      client.subscribe("demo.c128");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "other.room, no_such_namespace",
    "room, no_such_namespace",
    "demo.{1}, bad_channel",
    "'', bad_channel",
  })
  void failsASubscriptionOrPublicationThatCannotBe(String channel, String reason)
      throws IOException {
    try (Client client = stand.client("ann")) {
      JsonNode sub =
          client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"" + channel + "\"}", "sub_failed");
      JsonNode pub =
          client.ask("{\"op\":\"pub\",\"id\":2,\"ch\":\"" + channel + "\",\"data\":1}", "error");

      assertEquals(reason, sub.path("reason").asText());
      assertEquals(reason, pub.path("code").asText());
      assertEquals(2, pub.path("id").asInt());
    }
  }

  @Test
  void failsWhatTheTokenDoesNotAllowWhereTheNamespaceIsNotOpen() throws IOException {
    Path own = Files.createDirectory(folder.resolve("closed"));
    Files.writeString(own.resolve("app.yaml"), "namespaces:\n  demo:\n    open: false\n");
    try (Stand closed = new Stand(own, "--config=" + own.resolve("app.yaml"))) {
      Channels rights = new Channels(List.of("demo.$sub.*"), List.of());
      String header = closed.edge().header(Edge.with(closed.edge().identity("ann"), rights));
      try (Client client = Client.open(closed.port(), "/ws", header)) {
        client.subscribe("demo.ann.x");
        JsonNode sub = client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.bob.x\"}", "sub_failed");
        JsonNode pub =
            client.ask("{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.ann.x\",\"data\":1}", "error");

        assertEquals("forbidden", sub.path("reason").asText());
        assertEquals("forbidden", pub.path("code").asText());
      }
    }
  }

  @Test
  void failsASecondSubscriptionToTheSameChannel() throws IOException {
    try (Client client = stand.client("ann")) {
      client.subscribe("demo.twice");

      JsonNode failed = client.ask("{\"op\":\"sub\",\"id\":9,\"ch\":\"demo.twice\"}", "sub_failed");

      assertEquals("already_subscribed", failed.path("reason").asText());
    }
  }

  @Test
  void closesOnAConsumerThatDoesNotRead() throws Exception {
    try (Client slow = stand.client("slow");
        Client other = stand.client("other");
        Client publisher = stand.client("ann")) {
      slow.subscribe("demo.flood");
      other.subscribe("demo.flood");
      String data = "x".repeat(60_000);
      // The socket buffers of loopback take some megabytes before the queue begins to fill.
      int published = 0;
      while (published < 110 && connections() == 3) {
        publisher.ask(
            "{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.flood\",\"data\":\"" + data + "\"}", "pubbed");
        other.await("msg");
        published++;
      }

      assertEquals(4101, lastWords(slow));
      Awaitility.await().until(() -> connections() == 2);
    }
  }

  @Test
  void closesOnAClientThatSaysNothing() throws IOException {
    Path own = Files.createDirectory(folder.resolve("impatient"));
    try (Stand impatient = new Stand(own, "--limits.first-message=200ms");
        Client client = impatient.client("mute")) {
      client.peer().send(Peer.frame(0x8a, new byte[0]));

      assertEquals("close 4103 r=no_first_message", client.peer().read(8).toString());
    }
  }

  private static int connections() {
    return stand.server().connections().count();
  }

  /** The close code after everything that was queued, or 1006 if the connection was cut. */
  private static int lastWords(Client client) throws IOException {
    try {
      return client.peer().read(8).closeCode();
    } catch (SocketException | java.io.EOFException cut) {
      return 1006;
    }
  }
}
