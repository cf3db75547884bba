package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.registry.Address;
import io.mooring.registry.ServerState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the edge does not let through, and what it takes away. */
class RefusalTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend backend = Backend.start("app-1");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    EdgeConfig all = Edge.config(auth.address());
    edge =
        Edge.start(
            folder,
            new EdgeConfig(
                all.defaultService(),
                List.of("edge.test"),
                all.authFilters(),
                all.certificate(),
                all.privateKey(),
                all.ticketKeys(),
                all.origins(),
                all.ping(),
                all.handshakesPerSecond(),
                all.demo()));
    edge.show(Edge.server(backend));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    backend.close();
  }

  @BeforeEach
  void letEverybodyIn() {
    auth.answering(request -> allow("c", backend.address()));
    auth.asked().clear();
    backend.heads().clear();
  }

  static Stream<Named<Handshake>> malformed() {
    int port = edge.port();
    return Stream.of(
        Named.of("another path", Handshake.to(port).path("/")),
        Named.of("/admin", Handshake.to(port).path("/admin")),
        Named.of("/wsx", Handshake.to(port).path("/wsx")),
        Named.of("parameters after /ws", Handshake.to(port).path("/ws;x=1")),
        Named.of("parameters in an id", Handshake.to(port).path("/ws/app-1;x/c")),
        Named.of("dots", Handshake.to(port).path("/ws/../admin")),
        Named.of("escaped dots", Handshake.to(port).path("/ws/%2e%2e/admin")),
        Named.of("escaped slash", Handshake.to(port).path("/ws/app-1%2fc")),
        Named.of("escaped backslash", Handshake.to(port).path("/ws/app-1%5cc")),
        Named.of("backslash dots", Handshake.to(port).path("/ws\\..\\admin")),
        Named.of("a segment too many", Handshake.to(port).path("/ws/app-1/c/more")),
        Named.of("a segment too few", Handshake.to(port).path("/ws/app-1")),
        Named.of("NUL in an id", Handshake.to(port).path("/ws/app%00/c")),
        Named.of("line end in an id", Handshake.to(port).path("/ws/app%0d%0a/c")),
        Named.of("overlong UTF-8", Handshake.to(port).path("/ws/%c0%ae%c0%ae/c")),
        Named.of("POST", Handshake.to(port).line("POST /ws HTTP/1.1")),
        Named.of("HEAD", Handshake.to(port).line("HEAD /ws HTTP/1.1")),
        Named.of("TRACE", Handshake.to(port).line("TRACE /ws HTTP/1.1")),
        Named.of("CONNECT", Handshake.to(port).line("CONNECT edge.test:80 HTTP/1.1")),
        Named.of("HTTP/1.0", Handshake.to(port).line("GET /ws HTTP/1.0")),
        Named.of("an absolute URI", Handshake.to(port).line("GET http://evil.test/ws HTTP/1.1")),
        Named.of("version 8", version(port, "8")),
        Named.of("two versions", version(port, "13, 8")),
        Named.of("no version", Handshake.to(port).without("Sec-WebSocket-Version")),
        Named.of("no upgrade", Handshake.to(port).without("Upgrade")),
        Named.of("no Connection", Handshake.to(port).without("Connection")),
        Named.of("h2c", Handshake.to(port).without("Upgrade").with("Upgrade: h2c")),
        Named.of("a length", Handshake.to(port).with("Content-Length: 4")),
        Named.of("an underscore", Handshake.to(port).with("x_mooring_identity: me")),
        Named.of("a header of 20 KB", Handshake.to(port).with("x-long: " + "a".repeat(20_000))),
        Named.of("another domain", host(port, "evil.test")),
        Named.of("two domains", Handshake.to(port).with("Host: evil.test")),
        Named.of("an upgrade of the API", Handshake.to(port).path("/api/v1/publish")),
        Named.of("what control planes ask", plain(port, "/api/v1/connections?limit=1")),
        Named.of("the same, escaped", plain(port, "/api/v1/%63onnections")),
        Named.of("the same, around", plain(port, "/api/v1/channels/../connections")),
        Named.of("below it", plain(port, "/api/v1/connections/close")),
        Named.of("/api/v1x", Handshake.to(port).path("/api/v1x").without("Upgrade")),
        Named.of("a demo page that is not there", plain(port, "/demo")),
        Named.of("its tokens", plain(port, "/demo/token").line("POST /demo/token HTTP/1.1")));
  }

  private static Handshake plain(int port, String path) {
    return Handshake.to(port).path(path).without("Upgrade").without("Connection");
  }

  private static Handshake version(int port, String version) {
    return Handshake.to(port)
        .without("Sec-WebSocket-Version")
        .with("Sec-WebSocket-Version: " + version);
  }

  private static Handshake host(int port, String host) {
    return Handshake.to(port).without("Host").with("Host: " + host);
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void isRefusedAtTheEdge(Handshake handshake) {
    try (Answer answer = handshake.send()) {
      assertTrue(answer.status() >= 400 && answer.status() < 500, answer::head);
    }
    assertEquals(List.of(), List.copyOf(auth.asked()));
    assertEquals(List.of(), List.copyOf(backend.heads()));
  }

  @Test
  void theDomainIsComparedWithoutItsPort() {
    try (Answer answer = host(edge.port(), "edge.test:8443").send()) {
      assertEquals(101, answer.status());
    }
  }

  @Test
  void aBackslashIsReadAsASlashByFilterAndServerAlike() {
    Handshake.to(edge.port()).path("/ws\\app-1\\c").send().close();

    Map<String, String> asked = Optional.ofNullable(auth.asked().poll()).orElse(Map.of());
    assertEquals("/ws/app-1/c", asked.get(":path"));
    String head = Optional.ofNullable(backend.heads().poll()).orElse("");
    assertTrue(head.startsWith("GET /ws/app-1/c HTTP/1.1\r\n"), head);
  }

  @Test
  void doubledSlashesAreOneForFilterAndServerAlike() {
    Handshake.to(edge.port()).path("//ws///app-1//c").send().close();

    Map<String, String> asked = Optional.ofNullable(auth.asked().poll()).orElse(Map.of());
    assertEquals("/ws/app-1/c", asked.get(":path"));
    String head = Optional.ofNullable(backend.heads().poll()).orElse("");
    assertTrue(head.startsWith("GET /ws/app-1/c HTTP/1.1\r\n"), head);
  }

  @Test
  void theChunkedCodingOfAnUpgradeIsTakenAwayAndWhatFollowsBelongsToTheSocket() {
    try (Answer answer = Handshake.to(edge.port()).with("Transfer-Encoding: chunked").send()) {
      assertEquals(101, answer.status());
      assertTrue(answer.alive());
    }

    String head = Optional.ofNullable(backend.heads().poll()).orElse("");
    assertFalse(head.contains("transfer-encoding"), head);
    assertEquals(List.of(), List.copyOf(backend.heads()));
  }

  @Test
  void internalHeadersOfTheClientReachNeitherFilterNorServer() {
    Handshake forged =
        Handshake.to(edge.port())
            .without("Connection")
            .with("Connection: Upgrade, x-mooring-identity, x-mooring-conn")
            .with("x-mooring-identity: forged")
            .with("X-Mooring-Identity: forged twice")
            .with("X-MOORING-CONN: forged")
            .with("x-mooring-edge: forged")
            .with("x-mooring-anything: forged");

    try (Answer answer = forged.send()) {
      assertEquals(101, answer.status());
    }

    Map<String, String> asked = Optional.ofNullable(auth.asked().poll()).orElse(Map.of());
    assertEquals("edge-1", asked.get("x-mooring-edge"));
    assertFalse(asked.values().stream().anyMatch(value -> value.contains("forged")));
    String head = Optional.ofNullable(backend.heads().poll()).orElse("");
    assertFalse(head.contains("forged"), head);
    assertTrue(head.contains("\r\nx-mooring-identity: signed\r\n"), head);
    assertTrue(head.contains("\r\nx-mooring-conn: c\r\n"), head);
    assertTrue(head.contains("\r\nx-mooring-edge: edge-1\r\n"), head);
  }

  @Test
  void whatTheFilterRemovesDoesNotReachTheServer() {
    Handshake withToken =
        Handshake.to(edge.port())
            .path("/ws?ticket=secret-ticket&service=app")
            .with("Authorization: Bearer secret-token")
            .with("Cookie: session=secret-cookie");

    withToken.send().close();

    Map<String, String> asked = Optional.ofNullable(auth.asked().poll()).orElse(Map.of());
    assertEquals("Bearer secret-token", asked.get("authorization"));
    String head = Optional.ofNullable(backend.heads().poll()).orElse("");
    assertTrue(head.startsWith("GET /ws?service=app HTTP/1.1"), head);
    assertFalse(head.contains("secret"), head);
  }

  @Test
  void envoysOwnHeadersOfTheClientAreNotObeyed() {
    Address closed;
    try (Backend gone = Backend.frozen("gone")) {
      closed = gone.address();
    }
    edge.show(Edge.server(backend), Edge.server("app-2", "app", ServerState.ACTIVE, closed));
    auth.answering(request -> allow("c", closed, backend.address()));

    try (Answer answer =
        Handshake.to(edge.port())
            .with("x-envoy-max-retries: 0")
            .with("x-envoy-upstream-rq-timeout-ms: 1")
            .send()) {
      assertEquals("app-1", answer.backend());
    }
  }

  @Test
  void aDenialOfTheFilterIsPassedOn() {
    auth.answering(request -> AuthService.deny());

    try (Answer answer = Handshake.to(edge.port()).send()) {
      assertEquals(403, answer.status());
    }
    assertEquals(List.of(), List.copyOf(backend.heads()));
  }

  @Test
  void aPageOfAnAllowedOriginMayAskTheApi() {
    Handshake preflight =
        Handshake.to(edge.port())
            .line("OPTIONS /api/v1/publish HTTP/1.1")
            .without("Upgrade")
            .without("Connection")
            .with("Origin: https://app.test")
            .with("Access-Control-Request-Method: POST");

    try (Answer answer = preflight.send()) {
      assertEquals(200, answer.status());
      assertEquals("https://app.test", answer.header("access-control-allow-origin").orElse(""));
      assertEquals("GET, POST, PUT", answer.header("access-control-allow-methods").orElse(""));
    }
    assertEquals(List.of(), List.copyOf(auth.asked()));
    assertEquals(List.of(), List.copyOf(backend.heads()));
  }

  @Test
  void aPageOfAnotherOriginMayNot() {
    Handshake preflight =
        Handshake.to(edge.port())
            .line("OPTIONS /api/v1/publish HTTP/1.1")
            .without("Upgrade")
            .without("Connection")
            .with("Origin: https://app.test.evil.com")
            .with("Access-Control-Request-Method: POST");

    try (Answer answer = preflight.send()) {
      assertEquals(Optional.empty(), answer.header("access-control-allow-origin"));
    }
    assertEquals(List.of(), List.copyOf(backend.heads()));
  }

  @Test
  void theAdminPortListensOnLoopbackOnly() throws Exception {
    assertTrue(InetAddress.getByName(edge.envoy().adminUri().getHost()).isLoopbackAddress());
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : network.inetAddresses().toList()) {
        if (!address.isLoopbackAddress()) {
          assertFalse(connects(address, edge.envoy().adminUri().getPort()));
        }
      }
    }
  }

  private static boolean connects(InetAddress address, int port) {
    try (Socket socket = new Socket(address, port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
