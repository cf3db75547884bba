package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.token.Identity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /api/v1/connections}: what a control plane may ask of the server, and nobody else. */
class ConnectionsApiTest {
  private static final String PATH = "/api/v1/connections";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Stand stand;

  @BeforeEach
  void start() throws IOException {
    stand = new Stand(folder);
  }

  @AfterEach
  void end() {
    stand.close();
    http.close();
  }

  @Test
  void tellsOfALiveConnection() throws Exception {
    Identity ann = stand.edge().identity("ann");
    try (Client client =
        Client.open(stand.port(), "/ws", stand.edge().header(ann), "x-mooring-edge: edge-2")) {
      client.subscribe("demo.room");

      JsonNode page = ask("");

      assertEquals(1, page.path("total").asInt());
      JsonNode row = page.at("/connections/0");
      assertEquals(ann.conn(), row.path("conn").asText());
      assertEquals("ann", row.path("user").asText());
      assertTrue(row.path("tenant").isNull());
      assertEquals("client", row.path("role").asText());
      assertEquals("edge-2", row.path("envoy").asText());
      assertEquals(1, row.path("channels").asInt());
      assertEquals(0, row.path("queued_bytes").asLong(-1));
      assertEquals(ann.exp(), row.path("exp").asLong());
      assertTrue(row.path("age_ms").asLong(-1) >= 0);
    }
  }

  @Test
  void selectsByIdUserAndEnvoyAndCountsWhatItLeavesOut() throws Exception {
    Identity first = stand.edge().identity("ann");
    try (Client one = open(first, "edge-1");
        Client two = open(stand.edge().identity("ann"), "edge-2");
        Client three = open(stand.edge().identity("bob"), "edge-2")) {
      assertEquals("hello", one.hello().path("op").asText());
      assertEquals("hello", two.hello().path("op").asText());
      assertEquals("hello", three.hello().path("op").asText());
      Awaitility.await().until(() -> ask("").path("total").asInt() == 3);

      assertEquals(2, ask("?user=ann").path("total").asInt());
      assertEquals(2, ask("?envoy=edge-2").path("total").asInt());
      assertEquals(1, ask("?envoy=edge-2&user=ann").path("total").asInt());
      assertEquals("ann", ask("?conn=" + first.conn()).at("/connections/0/user").asText());
      assertEquals(0, ask("?user=eve").path("total").asInt());
      assertEquals(3, ask("?limit=1").path("total").asInt());
      assertEquals(1, ask("?limit=1").path("connections").size());
    }
  }

  @Test
  void remembersHowConnectionsEnded() throws Exception {
    Identity signed = stand.edge().identity("ann");
    Client replaced = open(signed, "edge-1");
    Client client = open(Edge.signedAt(signed, signed.iat() + 1), "edge-1");
    assertEquals(4504, replaced.peer().read(8).closeCode());
    client.subscribe("demo.room");
    client.peer().close(1001);
    client.peer().read(8);
    open(stand.edge().identity("bob"), "edge-1").close();
    Awaitility.await().until(() -> ask("?closed=true").path("total").asInt() == 3);

    JsonNode broken = ask("?closed=true&user=bob").at("/connections/0");
    JsonNode left = ask("?closed=true&user=ann").at("/connections/0");
    JsonNode displaced = ask("?closed=true&user=ann").at("/connections/1");

    assertEquals(1006, broken.path("code").asInt());
    assertEquals("no close frame", broken.path("reason").asText());
    assertEquals(1001, left.path("code").asInt());
    assertEquals("closed by the client", left.path("reason").asText());
    assertEquals(1, left.path("channels").asInt());
    assertTrue(left.path("closed_ms_ago").asLong(-1) >= 0);
    assertEquals(4504, displaced.path("code").asInt());
    assertEquals("r=replaced", displaced.path("reason").asText());
    assertEquals(0, ask("").path("total").asInt());
  }

  @Test
  void saysSoWhenALoopDoesNotAnswer() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (Client client = stand.client("ann")) {
      client.subscribe("demo.room");
      for (int i = 0; i < stand.server().loops().size(); i++) {
        stand.server().loops().at(i).executor().execute(() -> await(released));
      }

      HttpResponse<String> answer = get("", operator());

      assertEquals(503, answer.statusCode());
      assertEquals("overloaded", JSON.readTree(answer.body()).path("code").asText());
    } finally {
      released.countDown();
    }
  }

  @Test
  void wantsAnIdentityThatWasSignedForIt() throws Exception {
    Edge edge = stand.edge();

    assertRefused(401, "identity_missing", get(""));
    assertRefused(401, "identity_missing", get("", operator(), operator()));
    assertRefused(403, "identity_invalid", get("", "nonsense"));
    assertRefused(
        403, "identity_invalid", get("", value(edge.header(edge.operator(base(), PATH), "chat"))));
    assertRefused(
        403,
        "identity_invalid",
        get(
            "",
            value(
                edge.header(
                    Edge.signedAt(
                        edge.operator(base(), PATH), System.currentTimeMillis() - 60_000)))));
    assertRefused(
        403,
        "identity_base",
        get("", value(edge.header(edge.operator("http://127.0.0.1:1", PATH)))));
    assertRefused(403, "identity_path", get("", value(edge.header(edge.operator(base(), "/ws")))));
    assertRefused(
        403, "role", get("", value(edge.header(Edge.at(edge.identity("ann"), PATH, "c")))));
  }

  @Test
  void takesAnIdentityOnce() throws Exception {
    String once = operator();

    assertEquals(200, get("", once).statusCode());
    assertRefused(403, "identity_replayed", get("", once));
  }

  @ParameterizedTest
  @CsvSource({
    "?limit=0, limit is \"0\"",
    "?limit=1001, limit is \"1001\"",
    "?limit=1e3, limit is",
    "?closed=yes, closed is \"yes\"",
    "?user=ann&user=bob, user stands 2 times",
    "?usr=ann, usr is not known",
  })
  void saysWhichParameterCannotBe(String query, String named) throws Exception {
    HttpResponse<String> answer = get(query, operator());

    assertRefused(400, "bad_request", answer);
    assertTrue(JSON.readTree(answer.body()).path("detail").asText().contains(named), answer::body);
  }

  private void assertRefused(int status, String code, HttpResponse<String> answer)
      throws IOException {
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(code, JSON.readTree(answer.body()).path("code").asText());
    assertEquals(
        "application/problem+json", answer.headers().firstValue("content-type").orElse(""));
  }

  private Client open(Identity identity, String envoy) throws IOException {
    return Client.open(
        stand.port(), "/ws", stand.edge().header(identity), "x-mooring-edge: " + envoy);
  }

  private JsonNode ask(String query) throws Exception {
    HttpResponse<String> answer = get(query, operator());
    assertEquals(200, answer.statusCode(), answer.body());
    return JSON.readTree(answer.body());
  }

  private String operator() {
    return value(stand.edge().header(stand.edge().operator(base(), PATH)));
  }

  private String base() {
    return "http://127.0.0.1:" + stand.server().httpPort();
  }

  private static String value(String header) {
    return header.substring(header.indexOf(' ') + 1);
  }

  private HttpResponse<String> get(String query, String... identities) throws Exception {
    URI uri = URI.create(base() + PATH + query);
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    for (String identity : identities) {
      request.header("x-mooring-identity", identity);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
