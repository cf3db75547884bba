package io.mooring.cli.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which replica is asked, in which words; the answers are a control plane's own. */
class AdminApiTest {
  private final List<String> requests = new ArrayList<>();
  private HttpServer server = create();
  private int status = 200;
  private String body = "{}";

  @BeforeEach
  void listen() {
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aDeadControlPlaneAndAFrozenOneAreLeftForTheNextAndNotAskedAgain() throws IOException {
    try (ServerSocket frozen = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AdminApi api =
          new AdminApi(List.of(uri(1), uri(frozen.getLocalPort()), live()), Optional.empty());
      body = "{\"holder\":\"control-3\"}";

      assertEquals("control-3", api.leader().path("holder").asText());
      api.leader();
    }

    assertEquals(List.of("GET /healthz", "GET /admin/v1/leader", "GET /admin/v1/leader"), requests);
  }

  @Test
  void whenNoneAnswersAllAreNamed() {
    AdminApi api = new AdminApi(List.of(uri(1), uri(2)), Optional.empty());

    String message = String.valueOf(assertThrows(AdminException.class, api::leader).getMessage());

    assertTrue(message.startsWith("no control plane answers at http://127.0.0.1:1 ("), message);
    assertTrue(message.contains("http://127.0.0.1:2 ("), message);
  }

  @Test
  void aRefusalIsTheReasonThatTheControlPlaneGives() {
    status = 404;
    body = "{\"title\":\"Not Found\",\"detail\":\"no server is named app-9\"}";
    AdminApi api = new AdminApi(List.of(live()), Optional.empty());

    AdminRefusal refusal =
        assertThrows(AdminRefusal.class, () -> api.startDrain("app-9", 20, "300s", false));

    assertEquals("no server is named app-9", refusal.getMessage());
    assertEquals(404, refusal.status());
  }

  @Test
  void aDrainIsAskedForFollowedAndCancelledUnderItsServer() {
    AdminApi api = new AdminApi(List.of(live()), Optional.empty());

    api.startDrain("app-1", 20, "300s", true);
    api.drain("app-1");
    api.cancelDrain("app-1");

    assertEquals(
        List.of(
            "POST /admin/v1/servers/app-1/drain {\"rate\":20,\"deadline\":\"300s\",\"dry_run\":true}",
            "GET /admin/v1/servers/app-1/drain",
            "DELETE /admin/v1/servers/app-1/drain"),
        requests);
  }

  @Test
  void whatIsAskedForIsEscaped() {
    AdminApi api = new AdminApi(List.of(live()), Optional.empty());

    api.explain("wss://localhost/ws/app-2/a b&c");
    JsonNode none = api.connections(Map.of("user", "a+b"));

    assertTrue(none.isEmpty());
    assertEquals(
        List.of(
            "GET /admin/v1/explain?target=wss%3A%2F%2Flocalhost%2Fws%2Fapp-2%2Fa%20b%26c",
            "GET /admin/v1/connections?user=a%2Bb"),
        requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(
        "%s %s %s".formatted(exchange.getRequestMethod(), exchange.getRequestURI(), sent).strip());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private URI live() {
    return uri(server.getAddress().getPort());
  }

  private static URI uri(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  private static HttpServer create() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
