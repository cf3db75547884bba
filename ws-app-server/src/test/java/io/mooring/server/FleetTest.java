package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.programs.Valkey;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void answersAResumeWithThePositionFromWhichItIsLive() throws Exception {
    try (Client ann = one.client("ann");
        Client bob = other.client("bob")) {
      ann.ask("{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":1}", "pubbed");

      JsonNode subbed =
          bob.ask(
              "{\"op\":\"sub\",\"id\":7,\"ch\":\"demo.room\","
                  + "\"pos\":{\"epoch\":\"x\",\"off\":0,\"tag\":0}}",
              "subbed");

      assertEquals(7, subbed.path("id").asInt());
      assertFalse(subbed.path("recovered").asBoolean(true));
      assertEquals(0, subbed.path("replayed").asInt(-1));
      assertEquals("log_unavailable", subbed.path("reason").asText());
      assertEquals(1, subbed.path("pos").path("off").asInt());
    }
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
      for (String channel : new String[] {"demo.new", "demo.room"}) {
        JsonNode failed;
        try (Client eve = one.client("eve")) {
          failed = eve.ask("{\"op\":\"sub\",\"id\":4,\"ch\":\"" + channel + "\"}", "sub_failed");
        }
        assertEquals("unavailable", failed.path("reason").asText());
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
