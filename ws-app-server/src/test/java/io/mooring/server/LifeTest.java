package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.Configuration;
import io.mooring.process.ConfigurationException;
import io.mooring.process.StartException;
import io.mooring.registry.v1.State;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import io.mooring.server.wire.Peer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server from its start to its end, and what can be in the way. */
class LifeTest {
  @TempDir private Path folder;

  @Test
  void holdsHandshakesUntilItIsRegistered() throws Exception {
    Registrar registrar = Registrar.start();
    registrar.close();
    try (Stand stand = new Stand(registrar, new Edge(folder));
        Peer peer = Peer.connect(stand.port())) {

      String response = peer.upgrade("/ws", stand.edge().header("ann"));

      assertTrue(response.startsWith("HTTP/1.1 503 "), response);
      assertTrue(response.contains("\"registering\""), response);
      Awaitility.await().until(() -> stand.ready().contains(registrar.address() + ": UNAVAILABLE"));
    }
  }

  @Test
  void isReadyOnceItIsActive() throws Exception {
    Registrar registrar = Registrar.start();
    registrar.state = State.STATE_WARMING;
    try (Stand stand = new Stand(registrar, new Edge(folder))) {
      Awaitility.await().until(() -> stand.ready().equals("not ready: warming\n"));

      registrar.state = State.STATE_ACTIVE;

      Awaitility.await().until(() -> stand.ready().equals("ready\n"));
    }
  }

  @Test
  void movesItsSocketsAwayWhenItIsFenced() throws Exception {
    try (Stand stand = new Stand(folder);
        Client client = stand.client("ann")) {
      client.subscribe("demo.room");

      stand.registrar().mood = Registrar.Mood.FENCES;

      String close = client.peer().read(8).toString();
      assertTrue(close.startsWith("close 4200 r=drain;ra="), close);
      try (Peer peer = Peer.connect(stand.port())) {
        String response = peer.upgrade("/ws", stand.edge().header("ann"));
        assertTrue(response.startsWith("HTTP/1.1 503 "), response);
        assertTrue(response.contains("\"fenced\""), response);
      }
      assertTrue(stand.ready().contains("generation 99"), stand.ready());
    }
  }

  @Test
  void leavesTheRegistryAndSendsItsClientsElsewhereWhenItIsTold() throws Exception {
    Stand stand = new Stand(folder);
    Client client = stand.client("ann");
    client.subscribe("demo.room");

    CompletableFuture<Void> closed = CompletableFuture.runAsync(stand::close);

    assertEquals("close 4200 r=drain", client.peer().read(8).toString());
    client.peer().close(4200);
    assertTrue(client.peer().ended());
    closed.get(10, TimeUnit.SECONDS);
    assertEquals(7, stand.registrar().departures.getFirst().getClaim().getGeneration());
    assertThrows(IOException.class, () -> Peer.connect(stand.port()));
    client.close();
  }

  @Test
  void leavesTheRegistryEvenIfNobodyIsConnected() throws Exception {
    Stand stand = new Stand(folder);

    stand.close();

    assertEquals(7, stand.registrar().departures.getFirst().getClaim().getGeneration());
  }

  @Test
  void endsInTimeEvenIfItsClientsDoNot() throws Exception {
    Stand stand = new Stand(folder);
    try (Client client = stand.client("ann")) {
      client.subscribe("demo.room");

      CompletableFuture.runAsync(stand::close).get(10, TimeUnit.SECONDS);

      assertEquals(4200, client.peer().read(8).closeCode());
    }
  }

  @Test
  void countsWhatItDoes() throws Exception {
    try (Stand stand = new Stand(folder)) {
      try (Client ann = stand.client("ann");
          Client bob = stand.client("bob");
          Peer stranger = Peer.connect(stand.port())) {
        ann.subscribe("demo.room");
        bob.subscribe("demo.room");
        ann.ask("{\"op\":\"pub\",\"id\":1,\"ch\":\"demo.room\",\"data\":1}", "pubbed");
        ann.await("msg");
        bob.await("msg");
        stranger.upgrade("/ws");
        ann.peer().close(1000);
        ann.peer().read(8);
      }

      Awaitility.await().until(() -> stand.metrics().contains("mooring_connections 0.0\n"));
      String metrics = stand.metrics();
      for (String line :
          List.of(
              "mooring_handshakes_total{outcome=\"accepted\"} 2.0",
              "mooring_handshakes_total{outcome=\"identity_missing\"} 1.0",
              "mooring_messages_received_total 3.0",
              "mooring_messages_delivered_total 2.0",
              "mooring_closes_total{code=\"1000\"} 1.0",
              "mooring_closes_total{code=\"1006\"} 1.0")) {
        assertTrue(metrics.contains(line + "\n"), line + " in " + metrics);
      }
    }
  }

  @Test
  void saysWhichPortIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Registrar registrar = Registrar.start()) {
      int port = taken.getLocalPort();

      StartException refused =
          assertThrows(
              StartException.class,
              () ->
                  new Stand(registrar, new Edge(folder), "--websocket.address=127.0.0.1:" + port));

      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains("127.0.0.1:" + port), message);
      assertTrue(message.contains("websocket.address"), message);
    }
  }

  @Test
  void saysWhichAddressToAdvertiseWhenItListensOnAll() throws Exception {
    try (Registrar registrar = Registrar.start()) {
      StartException refused =
          assertThrows(
              StartException.class,
              () -> new Stand(registrar, new Edge(folder), "--websocket.address=0.0.0.0:0"));

      assertTrue(String.valueOf(refused.getMessage()).contains("set advertise.address"));
    }
  }

  @Test
  void saysWhichKeyFileItCannotRead() throws Exception {
    try (Registrar registrar = Registrar.start()) {
      StartException refused =
          assertThrows(
              StartException.class,
              () -> new Stand(registrar, new Edge(folder), "--keys=" + folder.resolve("none")));

      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains(folder.resolve("none").toString()), message);
    }
  }

  @Test
  void saysWhichKeySetItCannotRead() throws Exception {
    try (Registrar registrar = Registrar.start()) {
      StartException refused =
          assertThrows(
              StartException.class,
              () ->
                  new Stand(registrar, new Edge(folder), "--token.jwks=" + folder.resolve("none")));

      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains(folder.resolve("none").toString()), message);
      assertTrue(message.contains("token.jwks"), message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--name=a b, name",
    "--weight=0, weight",
    "--ping=0s, ping",
    "--pong=26s, pong",
    "--limits.frame=65MiB, limits: frame",
    "--limits.messages=0, limits: messages",
    "--registry.addresses=, registry: addresses",
    "--broker=rabbit, broker",
    "--limits.fram=1KiB, did you mean limits.frame",
  })
  void saysWhichSettingCannotBe(String flag, String named) {
    ConfigurationException refused =
        assertThrows(
            ConfigurationException.class,
            () -> Configuration.read(ServerConfig.class, List.of(flag), Map.of()));

    assertTrue(String.valueOf(refused.getMessage()).contains(named), refused.getMessage());
  }
}
