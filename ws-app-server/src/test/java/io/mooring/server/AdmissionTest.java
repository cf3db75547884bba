package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.wire.Peer;
import io.mooring.token.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
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

  @Test
  void refusesWithoutAnIdentity() throws IOException {
    assertRefused(401, "identity_missing", "/ws");
    assertRefused(401, "identity_missing", "/ws", "x-mooring-identity: ");
  }

  @Test
  void leavesAnIdentityThatDoesNotHoldToAnotherServer() throws IOException {
    Identity ann = stand.edge().identity("ann");
    Path other = Files.createDirectory(folder.resolve("other"));
    String header = stand.edge().header(ann);

    for (String bad :
        new String[] {
          "x-mooring-identity: nonsense",
          new Edge(other).header(ann),
          stand.edge().header(ann, "another-service"),
          stand.edge().header(Edge.signedAt(ann, ann.iat() - 31_000)),
          stand.edge().header(Edge.signedAt(ann, ann.iat() + 31_000)),
          header.substring(0, header.length() - 2),
          header.replace("1.k1.", "2.k1."),
        }) {
      assertRefused(503, "identity_invalid", "/ws", bad);
    }
  }

  @Test
  void refusesAnIdentityGivenTwice() throws IOException {
    assertRefused(
        400, "bad_request", "/ws", stand.edge().header("ann"), stand.edge().header("bob"));
  }

  @Test
  void refusesAnIdentityOfAnotherPath() throws IOException {
    assertRefused(403, "identity_path", "/ws/app-1/abc", stand.edge().header("ann"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/wsx",
        "/ws/",
        "/ws/app-1",
        "/ws/app-1/",
        "/ws/a/b/c",
        "/ws/a%2f/b",
        "/ws/a;x=1/b",
        "/ws/../ws"
      })
  void refusesWhatIsNoRouteEvenIfItIsSigned(String path) throws IOException {
    Identity identity = stand.edge().identity("ann");

    assertRefused(
        404, "not_found", path, stand.edge().header(Edge.at(identity, path, identity.conn())));
  }

  @Test
  void takesAnIdentityOnce() throws IOException {
    String header = stand.edge().header("ann");
    try (Client client = Client.open(stand.port(), "/ws?x=1", header)) {
      assertEquals("hello", client.hello().path("op").asText());
    }

    assertRefused(403, "identity_replayed", "/ws", header);
    assertRefused(403, "identity_replayed", "/ws", header, "x-envoy-attempt-count: 1");
  }

  @Test
  void sendsNobodyAwayForGoodWhoseEdgeComesBackWithWhatWasTakenTooLate() throws IOException {
    String header = stand.edge().header("ann");
    String retry = "x-envoy-attempt-count: 4";
    try (Client late = Client.open(stand.port(), "/ws", header)) {
      assertEquals("hello", late.hello().path("op").asText());
    }

    assertRefused(503, "identity_retried", "/ws", header, retry);
    assertRefused(503, "identity_retried", "/ws", header, retry);
    assertTrue(admits(stand, stand.edge().header("ann")));
  }

  @Test
  void takesAConnectionThatWasPinnedElsewhereAndNamesItsNewPlace() throws IOException {
    Identity identity = stand.edge().identity("ann");
    String path = "/ws/app-9/" + identity.conn();
    try (Client client =
        Client.open(
            stand.port(), path, stand.edge().header(Edge.at(identity, path, identity.conn())))) {

      assertEquals(
          "wss://edge.example:8443/ws/app-1/" + identity.conn(),
          client.hello().path("url").asText());
    }
  }

  @Test
  void echoesTheSubprotocolItSpeaks() throws IOException {
    try (Peer peer = Peer.connect(stand.port())) {
      String response =
          peer.upgrade(
              "/ws",
              stand.edge().header("ann"),
              "Sec-WebSocket-Protocol: chat, mooring.v1.json",
              "Sec-WebSocket-Protocol: bearer.abc");

      assertTrue(response.contains("Sec-WebSocket-Protocol: mooring.v1.json\r\n"), response);
      assertTrue(peer.read().text().startsWith("{\"op\":\"hello\","));
    }
  }

  @Test
  void speaksVersionOneWithoutAnEchoWhenNoneIsOffered() throws IOException {
    for (String offer : new String[] {"X-Nothing: 1", "Sec-WebSocket-Protocol: bearer.abc"}) {
      try (Peer peer = Peer.connect(stand.port())) {
        String response = peer.upgrade("/ws", stand.edge().header("ann"), offer);

        assertFalse(response.contains("Sec-WebSocket-Protocol"), response);
        assertTrue(peer.read().text().startsWith("{\"op\":\"hello\","));
      }
    }
  }

  @Test
  void upgradesAndClosesWithVersionWhenOnlyUnknownOnesAreOffered() throws IOException {
    try (Peer peer =
        Peer.open(
            stand.port(),
            "/ws",
            stand.edge().header("ann"),
            "Sec-WebSocket-Protocol: mooring.v9.cbor, chat")) {

      assertEquals("close 4502 r=version", peer.read().toString());
      peer.close(4502);
      assertTrue(peer.ended());
    }
  }

  @ParameterizedTest
  @CsvSource({"4503, close 4503 r=forbidden", "4100;ra=1500, close 4100 r=overloaded;ra=1500"})
  void speaksTheVerdictOfTheEdge(String verdict, String close) throws IOException {
    Identity judged = Edge.judged(stand.edge().identity("ann"), verdict);
    try (Peer peer = Peer.open(stand.port(), "/ws", stand.edge().header(judged))) {
      assertEquals(close, peer.read().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4200", "1000", "4599", "4100;ra=x", "no"})
  void letsNobodyInOnAVerdictThatItCannotRead(String verdict) throws IOException {
    Identity judged = Edge.judged(stand.edge().identity("ann"), verdict);

    assertRefused(403, "identity_invalid", "/ws", stand.edge().header(judged));
  }

  @Test
  void endsAHeadThatComesTooSlowly() throws IOException {
    Path own = Files.createDirectory(folder.resolve("impatient"));
    try (Stand impatient = new Stand(own, "--head-timeout=200ms");
        Peer peer = Peer.connect(impatient.port())) {
      peer.send("GET /ws HTTP/1.1\r\nHo");

      assertTrue(peer.response().startsWith("HTTP/1.1 408 "));
      assertTrue(peer.ended());
    }
  }

  @Test
  void refusesWhenItHoldsAsManyConnectionsAsItMay() throws IOException {
    Path own = Files.createDirectory(folder.resolve("full"));
    try (Stand full = new Stand(own, "--limits.connections=1")) {
      String header = full.edge().header("bob");
      try (Client first = full.client("ann")) {
        assertEquals("hello", first.hello().path("op").asText());

        assertRefused(full, 503, "full", "/ws", header);
      }
      Awaitility.await().until(() -> admits(full, header));
    }
  }

  @Test
  void shedsAHandshakeThatWaitedTooLongForItsLoop() throws Exception {
    Path own = Files.createDirectory(folder.resolve("lagging"));
    try (Stand lagging = new Stand(own, "--loops=1", "--handshake-deadline=200ms")) {
      CountDownLatch release = new CountDownLatch(1);
      CountDownLatch held = new CountDownLatch(1);
      lagging
          .server()
          .loops()
          .at(0)
          .executor()
          .execute(
              () -> {
                held.countDown();
                Awaitility.await().until(() -> release.getCount() == 0);
              });
      held.await();
      long since = System.nanoTime();
      try (Peer peer = Peer.connect(lagging.port())) {
        peer.send(Peer.handshake("/ws", lagging.edge().header("ann")));
        Awaitility.await().until(() -> System.nanoTime() - since > 400_000_000L);
        release.countDown();

        String response = peer.response();

        assertTrue(response.startsWith("HTTP/1.1 503 "), response);
        assertTrue(response.contains("\"overloaded\""), response);
        assertTrue(response.contains("Retry-After: 1\r\n"), response);
      }
      Awaitility.await().until(() -> admits(lagging, lagging.edge().header("ann")));
    }
  }

  private static boolean admits(Stand on, String header) throws IOException {
    try (Peer peer = Peer.connect(on.port())) {
      return peer.upgrade("/ws", header).startsWith("HTTP/1.1 101 ");
    }
  }

  private static void assertRefused(int status, String code, String path, String... headers)
      throws IOException {
    assertRefused(stand, status, code, path, headers);
  }

  private static void assertRefused(
      Stand by, int status, String code, String path, String... headers) throws IOException {
    try (Peer peer = Peer.connect(by.port())) {
      String response = peer.upgrade(path, headers);

      assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
      assertTrue(response.contains("\"code\":\"" + code + "\""), response);
      assertTrue(peer.ended());
    }
  }
}
