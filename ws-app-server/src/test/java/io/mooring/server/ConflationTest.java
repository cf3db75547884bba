package io.mooring.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.server.stand.Client;
import io.mooring.server.wire.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels that conflate, and clients that do not read as fast as those speak. */
class ConflationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";
  private static final int KEYS = 4;
  private static final int LENGTH = 15_000;

  /** Twice as much as may wait for a client. */
  private static final int ENOUGH_CONFLATED = 2 * (1 << 20) / LENGTH;

  /** More than the sockets' buffers and the queue take. */
  private static final int MOST = 2_000;

  @TempDir private static Path folder;

  private static Stand stand;

  private final Random random = new Random(23);
  private int published;

  @BeforeAll
  static void start() throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("app.yaml"),
            """
            limits:
              messages: 1000000
            namespaces:
              "*":
                open: true
                slow: conflate
                history:
                  key-bytes: 64MiB
              ticker:
                open: true
              packed:
                compress: true
              demo:
                slow: disconnect
            """);
    stand = new Stand(folder, "--config=" + config);
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ticker.prices", "packed.prices"})
  void bringsTheNewestOfEachKeyLastToAClientThatReadsAgain(String channel) throws Exception {
    try (Client slow = Client.open(stand.port(), "/ws", OFFER, stand.edge().header("slow"));
        Client quick = stand.client("quick");
        Client publisher = stand.client("ann")) {
      JsonNode subbed = slow.subscribe(channel);
      quick.subscribe(channel);
      double before = conflated();

      while (conflated() - before < ENOUGH_CONFLATED) {
        for (int i = 0; i < 20; i++) {
          publish(publisher, channel, "k" + random.nextInt(KEYS));
          assertEquals(published, quick.await("msg").path("off").asInt());
        }
        assertTrue(published < MOST, () -> "little is conflated after " + published);
      }
      publish(publisher, channel, "");
      delete(publisher, channel, "k0");
      for (int key = 1; key < KEYS; key++) {
        publish(publisher, channel, "k" + key);
      }

      List<JsonNode> read = readTo(slow, published);
      assertTrue(subbed.path("conflate").asBoolean(), subbed.toString());
      long last = subbed.path("pos").path("off").asLong();
      Map<String, Long> newest = new HashMap<>();
      for (JsonNode message : read) {
        assertTrue(message.path("off").asLong() > last, message.path("off")::toString);
        last = message.path("off").asLong();
        newest.put(message.path("key").asText(), last);
      }
      assertEquals(published - read.size(), conflated() - before);
      assertEquals(
          Map.of(
              "",
              published - 4L,
              "k0",
              published - 3L,
              "k1",
              published - 2L,
              "k2",
              published - 1L,
              "k3",
              (long) published),
          newest);
      assertTrue(read.get(read.size() - KEYS).path("data").isNull());
      // It was never closed, and every position that it had is one to go on from.
      slow.send("{\"op\":\"unsub\",\"id\":7,\"ch\":\"" + channel + "\"}");
      assertEquals("unsubbed", next(slow).path("op").asText());
      JsonNode afterAHole = read.get(read.size() - KEYS - 1);
      long hole = read.get(read.size() - KEYS - 2).path("off").asLong() + 1;
      assertTrue(hole + ENOUGH_CONFLATED <= afterAHole.path("off").asLong(), () -> "" + hole);
      resumesWhole(channel, subbed, afterAHole);
    }
  }

  /** Where nothing goes for anything newer, a conflating channel is as any other. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closesAClientForWhichTooMuchWaitsThatCannotBeLeftOut(boolean keyed) throws Exception {
    String channel = "ticker.news-" + keyed;
    try (Client slow = stand.client("slow");
        Client publisher = stand.client("ann")) {
      Awaitility.await().until(() -> stand.server().connections().count() == 2);
      slow.subscribe(channel);
      double before = conflated();
      double closed = closedAsSlow();

      while (stand.server().connections().all().size() == 2 && published < MOST) {
        publish(publisher, channel, keyed ? "k" + published : "");
      }

      Awaitility.await().until(() -> closedAsSlow() == closed + 1);
      assertEquals(0, conflated() - before);
    }
  }

  @Test
  void leavesNothingOutForAClientThatReads() throws Exception {
    try (Client reader = stand.client("bob");
        Client publisher = stand.client("ann")) {
      reader.subscribe("ticker.calm");

      for (int i = 1; i <= 20; i++) {
        publish(publisher, "ticker.calm", "k");

        assertEquals(i, reader.await("msg").path("off").asInt());
      }
    }
  }

  @Test
  void saysNothingOfItWhereTheNamespaceDisconnects() throws Exception {
    try (Client client = stand.client("bob")) {
      assertFalse(client.subscribe("demo.x").has("conflate"));
    }
  }

  /** From the place of a message that came while others had been left out. */
  private void resumesWhole(String channel, JsonNode subbed, JsonNode from) throws IOException {
    try (Client back = stand.client("back")) {
      long off = from.path("off").asLong();
      JsonNode resumed =
          back.ask(
              "{\"op\":\"sub\",\"id\":1,\"ch\":\"%s\",\"pos\":{\"epoch\":\"%s\",\"off\":%d,\"tag\":%d}}"
                  .formatted(
                      channel,
                      subbed.path("pos").path("epoch").asText(),
                      off,
                      from.path("tag").asLong()),
              "subbed");

      assertTrue(resumed.path("recovered").asBoolean(), resumed.toString());
      assertTrue(resumed.path("conflate").asBoolean(), resumed.toString());
      assertEquals(published - off, resumed.path("replayed").asLong());
      for (long next = off + 1; next <= published; next++) {
        assertEquals(next, back.await("msg").path("off").asLong());
      }
    }
  }

  private void publish(Client publisher, String channel, String key) throws IOException {
    byte[] noise = new byte[LENGTH * 3 / 4];
    random.nextBytes(noise);
    ask(publisher, channel, key, '"' + Base64.getEncoder().encodeToString(noise) + '"');
  }

  private void delete(Client publisher, String channel, String key) throws IOException {
    ask(publisher, channel, key, "null");
  }

  private void ask(Client publisher, String channel, String key, String data) throws IOException {
    String named = key.isEmpty() ? "" : ",\"key\":\"" + key + "\"";
    JsonNode pubbed =
        publisher.ask(
            "{\"op\":\"pub\",\"id\":1,\"ch\":\"%s\",\"data\":%s%s}".formatted(channel, data, named),
            "pubbed");
    published++;
    assertEquals(published, pubbed.path("off").asInt());
  }

  /** The messages up to an offset; anything else, a close for example, fails. */
  private static List<JsonNode> readTo(Client client, long off) throws Exception {
    List<JsonNode> read = new ArrayList<>();
    do {
      JsonNode message = next(client);
      assertEquals("msg", message.path("op").asText(), message::toString);
      read.add(message);
    } while (read.getLast().path("off").asLong() < off);
    return read;
  }

  /** The next message, compressed or not; pings aside. */
  private static JsonNode next(Client client) throws Exception {
    while (true) {
      Frame frame = client.peer().read();
      assertTrue(frame.opcode() == 1 || frame.opcode() == 9, frame::toString);
      if (frame.opcode() == 1) {
        JsonNode message = JSON.readTree(expanded(frame.payload()));
        if (!message.path("op").asText().equals("ping")) {
          return message;
        }
      }
    }
  }

  /** What begins as no object is compressed, and lacks the end that RFC 7692 takes away. */
  private static String expanded(byte[] payload) throws DataFormatException {
    if (payload[0] == '{') {
      return new String(payload, UTF_8);
    }
    byte[] tail = {0, 0, (byte) 0xff, (byte) 0xff};
    byte[] text = new byte[2 * LENGTH];
    Inflater inflater = new Inflater(true);
    inflater.setInput(payload);
    int length = inflater.inflate(text);
    inflater.setInput(tail);
    length += inflater.inflate(text, length, text.length - length);
    inflater.end();
    return new String(text, 0, length, UTF_8);
  }

  private static double conflated() {
    return metric("mooring_messages_conflated_total ");
  }

  private static double closedAsSlow() {
    return metric("mooring_closes_total{code=\"4101\"} ");
  }

  /** 0 if there is none. */
  private static double metric(String name) {
    return stand
        .metrics()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }
}
