package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.programs.Valkey;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two servers and one Valkey. */
class FleetTest {
  @TempDir private Path folder;

  private Valkey valkey;
  private Stand one;
  private Stand other;

  @BeforeEach
  void start() throws Exception {
    valkey = Valkey.start(Files.createDirectory(folder.resolve("valkey")));
    Edge edge = new Edge(folder);
    one = stand(edge, "app-1");
    other = stand(edge, "app-2");
  }

  @AfterEach
  void end() {
    one.close();
    other.close();
    valkey.close();
  }

  private Stand stand(Edge edge, String name) throws Exception {
    Stand stand =
        new Stand(
            Registrar.start(),
            edge,
            "--name=" + name,
            "--broker=redis",
            "--redis.url=" + valkey.url());
    stand.awaitRegistered();
    Awaitility.await().until(() -> stand.ready().startsWith("ready"));
    return stand;
  }

  @Test
  void carriesAMessageToSubscribersOnEveryServer() throws Exception {
    try (Client ann = one.client("ann");
        Client bob = other.client("bob");
        Client eve = other.client("eve")) {
      JsonNode start = ann.subscribe("demo.room");
      assertEquals(start.path("pos"), bob.subscribe("demo.room").path("pos"));
      eve.subscribe("demo.elsewhere");

      for (int i = 1; i <= 50; i++) {
        Client publisher = i % 2 == 0 ? eve : ann;
        publisher.send("{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":" + i + "}");
        for (Client reader : new Client[] {ann, bob}) {
          JsonNode message = reader.await("msg");
          assertEquals(i, message.path("data").asInt());
          assertEquals(i, message.path("off").asInt());
          assertEquals(i % 2 == 0 ? "eve" : "ann", message.path("from").asText());
        }
      }
    }
  }

  @Test
  void resumesOnAnotherServerWithAllThatWasMissed() throws Exception {
    try (Client ann = one.client("ann")) {
      publish(ann, 1);
      JsonNode seen = publish(ann, 2);
      for (int i = 3; i <= 5; i++) {
        publish(ann, i);
      }
      try (Client bob = other.client("bob")) {
        JsonNode subbed = bob.ask(resume(position(seen)), "subbed");

        assertTrue(subbed.path("recovered").asBoolean());
        assertEquals(3, subbed.path("replayed").asInt());
        assertEquals(2, subbed.path("pos").path("off").asInt());
        publish(ann, 6);
        for (int i = 3; i <= 6; i++) {
          JsonNode message = bob.await("msg");
          assertEquals(i, message.path("off").asInt());
          assertEquals(i, message.path("data").asInt());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"x, 2, 7, epoch_changed", "'', 2, 7, epoch_changed", "'', 9, 7, epoch_changed"})
  void refusesAPositionThatItsLogDoesNotProve(String epoch, long off, long tag, String reason)
      throws Exception {
    try (Client ann = one.client("ann");
        Client bob = other.client("bob")) {
      publish(ann, 1);
      publish(ann, 2);
      JsonNode last = publish(ann, 3);
      String own = epoch.isEmpty() ? last.path("epoch").asText() : epoch;

      JsonNode subbed =
          bob.ask(
              resume("{\"epoch\":\"" + own + "\",\"off\":" + off + ",\"tag\":" + tag + "}"),
              "subbed");

      assertFalse(subbed.path("recovered").asBoolean(true));
      assertEquals(0, subbed.path("replayed").asInt(-1));
      assertEquals(reason, subbed.path("reason").asText());
      assertTrue(subbed.path("snapshot").asBoolean());
      assertEquals(3, subbed.path("pos").path("off").asInt());
      assertEquals(last.path("tag"), subbed.path("pos").path("tag"));
    }
  }

  @Test
  void givesTheFirstPositionToAPublicationThatIsMadeAgain() throws Exception {
    try (Client ann = one.client("ann");
        Client again = other.client("ann")) {
      String pub = "{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":1,\"dedupe\":\"a-1\"}";
      JsonNode first = ann.ask(pub, "pubbed");

      assertEquals(first, again.ask(pub, "pubbed"));
    }
  }

  private static JsonNode publish(Client client, int data) throws IOException {
    return client.ask(
        "{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":" + data + "}", "pubbed");
  }

  private static String position(JsonNode published) {
    return "{\"epoch\":%s,\"off\":%s,\"tag\":%s}"
        .formatted(published.path("epoch"), published.path("off"), published.path("tag"));
  }

  private static String resume(String position) {
    return "{\"op\":\"sub\",\"id\":7,\"ch\":\"demo.room\",\"pos\":" + position + "}";
  }

  @Test
  void keepsSocketsAndSubscriptionsWhileRedisIsAwayAndSaysWhatWasLost() throws Exception {
    int port = valkey.port();
    try (Client ann = one.client("ann");
        Client bob = other.client("bob")) {
      ann.subscribe("demo.room");
      String epoch = bob.subscribe("demo.room").path("pos").path("epoch").asText();
      valkey.close();
      for (Stand stand : new Stand[] {one, other}) {
        Awaitility.await().until(() -> stand.ready().contains("redis at 127.0.0.1:" + port));
      }

      JsonNode error =
          ann.ask("{\"op\":\"pub\",\"id\":3,\"ch\":\"demo.room\",\"data\":1}", "error");
      assertEquals("unavailable", error.path("code").asText());
      assertEquals(3, error.path("id").asInt());
      assertEquals(1_000, error.path("retry_ms").asInt());
      try (Client eve = one.client("eve")) {
        JsonNode failed = eve.ask("{\"op\":\"sub\",\"id\":4,\"ch\":\"demo.new\"}", "sub_failed");
        assertEquals("unavailable", failed.path("reason").asText());
        assertEquals(epoch, eve.subscribe("demo.room").path("pos").path("epoch").asText());
      }

      valkey = Valkey.start(Files.createDirectory(folder.resolve("empty")), port);

      for (Client client : new Client[] {ann, bob}) {
        JsonNode lost = client.await("lost");
        assertEquals("epoch_changed", lost.path("reason").asText());
        assertEquals(0, lost.path("pos").path("off").asInt());
        assertNotEquals(epoch, lost.path("pos").path("epoch").asText());
      }
      bob.ask("{\"op\":\"pub\",\"id\":3,\"ch\":\"demo.room\",\"data\":2}", "pubbed");
      assertEquals(2, ann.await("msg").path("data").asInt());
    }
  }

  @Test
  void startsWithoutRedisAndTakesItWhenItComes() throws Exception {
    int port = valkey.port();
    valkey.close();
    try (Stand early =
        new Stand(
            Registrar.start(),
            one.edge(),
            "--name=app-3",
            "--broker=redis",
            "--redis.url=redis://127.0.0.1:" + port)) {
      early.awaitRegistered();
      assertEquals(
          "not ready: redis at 127.0.0.1:" + port + " does not answer", early.ready().strip());
      try (Client ann = early.client("ann")) {
        ann.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}", "sub_failed");

        valkey = Valkey.start(Files.createDirectory(folder.resolve("late")), port);

        Awaitility.await().until(() -> early.ready().startsWith("ready"));
        ann.subscribe("demo.room");
      }
    }
  }
}
