package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that went back to 8 and on to 14 again holds other messages at the same places: nobody who
 * had the first ones is told that nothing was missed. And a client that makes a position up harms
 * nobody but itself.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RollbackTest {
  private static final int SNAPSHOT = 8;
  private static final int TOP = 14;
  private static final String FOLLOWED = "demo.followed";
  private static final String DESERTED = "demo.deserted";
  private static final String CALM = "demo.calm";
  private static final String PROBE = "demo.probe";

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  private static String token;
  private static int requests = 100;

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state, "--servers", "2", "--envoys", "1");
    token = tier.token();
  }

  @Test
  @Order(1)
  void anInventedTagDisturbsNobodyElse() throws Exception {
    Map<String, Socket> servers = oneOnEachServer();
    Socket publisher = tier.connect(token).get(10, TimeUnit.SECONDS);
    for (Socket socket : servers.values()) {
      subscribe(socket, CALM, null);
    }
    JsonNode top = publish(publisher, CALM, 3).getLast();
    for (Socket socket : servers.values()) {
      awaitMessage(socket, 3);
    }

    for (String server : servers.keySet()) {
      for (long off : List.of(1L, 3L, 1_000L)) {
        ObjectNode invented = position(top).put("off", off).put("tag", 12_345);
        try (Socket liar = connect(server)) {
          JsonNode answer = subscribe(liar, CALM, invented);
          assertFalse(answer.path("recovered").asBoolean(), answer::toString);
          assertEquals("epoch_changed", answer.path("reason").asText());
          assertEquals(position(top), answer.path("pos"));
        }
      }
    }

    JsonNode next = publish(publisher, CALM, 1).getLast();
    assertEquals(top.path("epoch"), next.path("epoch"));
    assertEquals(4, next.path("off").asInt());
    for (Socket socket : servers.values()) {
      awaitMessage(socket, 4);
      socket.close();
    }
    publisher.close();
  }

  @Test
  @Order(2)
  void aRolledBackLogIsToldToWhoeverHadMore() throws Exception {
    Map<String, Socket> servers = oneOnEachServer();
    Socket publisher = Objects.requireNonNull(servers.get("app-1"));
    Socket connected = Objects.requireNonNull(servers.get("app-2"));
    subscribe(connected, FOLLOWED, null);
    publish(publisher, FOLLOWED, SNAPSHOT);
    publish(publisher, DESERTED, SNAPSHOT);
    Dump older = Dump.of(tier);
    JsonNode followed = publish(publisher, FOLLOWED, TOP - SNAPSHOT).getLast();
    JsonNode deserted = publish(publisher, DESERTED, TOP - SNAPSHOT).getLast();
    awaitMessage(connected, TOP);

    tier.kill("valkey");
    older.restore();
    tier.start("valkey");
    awaitPublishing(publisher);
    List<JsonNode> again = publish(publisher, FOLLOWED, TOP - SNAPSHOT);
    JsonNode desertedAgain = publish(publisher, DESERTED, TOP - SNAPSHOT).getLast();

    JsonNode lost = connected.await(RollbackTest::isLostOrMessage);
    System.out.println("a connected client: " + lost);
    assertEquals("lost", lost.path("op").asText(), lost::toString);
    assertEquals("epoch_changed", lost.path("reason").asText());
    assertNotEquals(followed.path("epoch"), lost.path("pos").path("epoch"));
    assertEquals(TOP, again.getLast().path("off").asInt());
    JsonNode next = publish(publisher, FOLLOWED, 1).getLast();
    assertEquals(TOP + 1, next.path("off").asInt());
    assertContinues(connected, lost.path("pos"), next);
    assertEquals(TOP, desertedAgain.path("off").asInt());
    assertNotEquals(deserted.path("tag"), desertedAgain.path("tag"));
    for (JsonNode had : List.of(followed, deserted)) {
      for (String server : servers.keySet()) {
        try (Socket back = connect(server)) {
          JsonNode answer = subscribe(back, had.path("ch").asText(), position(had));
          System.out.println("one that resumes: " + answer);
          assertFalse(answer.path("recovered").asBoolean(), answer::toString);
          assertEquals("epoch_changed", answer.path("reason").asText(), answer::toString);
        }
      }
    }
    servers.values().forEach(Socket::close);
  }

  /** All that the log holds beyond the place that was told comes next, without a hole. */
  private static void assertContinues(Socket socket, JsonNode from, JsonNode next)
      throws InterruptedException {
    assertEquals(from.path("epoch"), next.path("epoch"));
    for (long off = from.path("off").asLong() + 1; off <= next.path("off").asLong(); off++) {
      JsonNode message = socket.await(RollbackTest::isLostOrMessage);
      assertEquals("msg", message.path("op").asText(), message::toString);
      assertEquals(off, message.path("off").asLong(), message::toString);
    }
  }

  private static boolean isLostOrMessage(JsonNode message) {
    String op = message.path("op").asText();
    return op.equals("lost") || op.equals("msg");
  }

  private static Map<String, Socket> oneOnEachServer() throws Exception {
    return Map.of("app-1", connect("app-1"), "app-2", connect("app-2"));
  }

  /** A new client of that server. */
  private static Socket connect(String server) throws Exception {
    while (true) {
      Socket socket = tier.connect(token).get(10, TimeUnit.SECONDS);
      if (socket.server().equals(server)) {
        return socket;
      }
      socket.close();
    }
  }

  private static JsonNode subscribe(Socket socket, String channel, @Nullable JsonNode position)
      throws InterruptedException {
    socket.send(
        "{\"op\":\"sub\",\"id\":1,\"ch\":\"%s\"%s}"
            .formatted(channel, position == null ? "" : ",\"pos\":" + position));
    return socket.await("subbed");
  }

  /** Publishes so many messages, one after the other; the answers. */
  private static List<JsonNode> publish(Socket socket, String channel, int messages)
      throws InterruptedException {
    List<JsonNode> published = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      JsonNode answer = publish(socket, channel);
      assertEquals("pubbed", answer.path("op").asText(), answer::toString);
      published.add(answer);
    }
    return published;
  }

  private static JsonNode publish(Socket socket, String channel) throws InterruptedException {
    int id = ++requests;
    socket.send(
        "{\"op\":\"pub\",\"id\":%d,\"ch\":\"%s\",\"data\":{\"n\":%d}}".formatted(id, channel, id));
    return socket.answer(id);
  }

  private static void awaitPublishing(Socket socket) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(250))
        .until(() -> publish(socket, PROBE).path("op").asText().equals("pubbed"));
  }

  private static ObjectNode position(JsonNode published) {
    ObjectNode position = JsonNodeFactory.instance.objectNode();
    position.set("epoch", published.path("epoch"));
    position.set("off", published.path("off"));
    position.set("tag", published.path("tag"));
    return position;
  }

  private static void awaitMessage(Socket socket, long off) throws InterruptedException {
    JsonNode message;
    do {
      message = socket.await(RollbackTest::isLostOrMessage);
      assertEquals("msg", message.path("op").asText(), message::toString);
    } while (message.path("off").asLong() < off);
    assertEquals(off, message.path("off").asLong());
  }
}
