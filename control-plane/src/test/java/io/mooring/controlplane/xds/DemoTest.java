package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.process.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a development tier, through a real Envoy; RefusalTest has the Envoy without one. */
class DemoTest {
  private static final AuthService auth = AuthService.start();
  private static final Backend server = Backend.start("app-1");
  private static final Backend page = Backend.start("page");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    edge = Edge.start(folder, config(page.address().ip(), page.address().port()));
    edge.show(Edge.server(server));
  }

  @AfterAll
  static void stop() {
    edge.close();
    auth.close();
    server.close();
    page.close();
  }

  @BeforeEach
  void forget() {
    auth.asked().clear();
    page.heads().clear();
  }

  private static EdgeConfig config(String host, int port) {
    EdgeConfig plain = Edge.config(auth.address());
    return new EdgeConfig(
        plain.defaultService(),
        plain.domains(),
        plain.authFilters(),
        plain.certificate(),
        plain.privateKey(),
        plain.ticketKeys(),
        plain.origins(),
        plain.ping(),
        plain.handshakesPerSecond(),
        List.of(new HostPort(host, port)));
  }

  private static Handshake request(String line) {
    return Handshake.to(edge.port()).line(line).without("Upgrade").without("Connection");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET /demo HTTP/1.1", "GET /demo/page.js HTTP/1.1", "POST /demo/token HTTP/1.1"})
  void isForWhoeverReachesTheEdge(String line) {
    try (Answer answer = request(line).with("Content-Length: 0").send()) {
      assertEquals("page", answer.backend());
    }

    assertEquals(List.of(), List.copyOf(auth.asked()));
  }

  @Test
  void nothingElseIs() {
    try (Answer answer = request("GET /demonstration HTTP/1.1").send()) {
      assertEquals(404, answer.status());
    }
    assertEquals(List.of(), List.copyOf(page.heads()));
  }

  @Test
  void itsPlaceIsNoWayAroundTheFilter() {
    auth.answering(request -> AuthService.deny());

    try (Answer answer = request("GET /demo/../api/v1/channels/demo.room HTTP/1.1").send()) {
      assertEquals(403, answer.status());
    }
    assertEquals(1, auth.asked().size());
    assertEquals(Optional.empty(), Optional.ofNullable(page.heads().peek()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.7", "0.0.0.0", "localhost", "demo.example.com"})
  void isServedOnLoopbackAlone(String host) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> config(host, 7060));

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("demo is [" + host + ":7060]"), message);
    assertTrue(message.contains("expected none, or one address on loopback"), message);
  }
}
