package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.e2e.ForeignEcho.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A server of another service, that some other program registers. */
@Tag("untimed")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ForeignServiceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ID = "echo-1";
  private static final String SERVICE = "echo";
  private static final String REGISTRATION = "a-token-of-the-echo-team";
  private static final String COOKIE = "session=a-cookie-of-the-client";
  private static final String TICKET = "a-ticket-of-the-client";
  private static final int ORDINARY = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path state;
  private static final ForeignEcho echo = new ForeignEcho();
  private static final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor();
  private static Tier tier;
  private static String token;

  @BeforeAll
  static void registerByGrpcurl() throws Exception {
    tier = Tier.up(state);
    token = tier.token();
    tier.allowService(SERVICE, REGISTRATION);
    JsonNode admitted =
        grpcurl(
            "Register",
            """
            {"server_id": "%s", "instance_uid": "a1", "service": "%s", "address": "127.0.0.1:%d"}
            """
                .formatted(ID, SERVICE, echo.port()));
    String heartbeat =
        """
        {"claim": {"server_id": "%s", "incarnation": "%s", "generation": "%s", "instance_uid": "a1"}}
        """
            .formatted(
                ID, admitted.path("incarnation").asText(), admitted.path("generation").asText());
    long every = admitted.path("heartbeat_ms").asLong();
    assertTrue(every > 0, admitted::toString);
    beats.scheduleAtFixedRate(() -> beat(heartbeat), 0, every, TimeUnit.MILLISECONDS);
    tier.awaitServers(4);
  }

  @AfterAll
  static void end() {
    beats.shutdownNow();
    tier.close();
    echo.close();
  }

  @Test
  @Order(1)
  void itsPinAndItsNameLeadToIt() throws Exception {
    int reached = 0;
    for (JsonNode envoy : tier.addresses().path("envoys")) {
      String edge = envoy.path("edge").asText();
      for (String target : List.of("/" + ID + "/x", "?service=" + SERVICE)) {
        assertEquals("echoed", echoed(URI.create(edge + target), Map.of(), List.of()));
        reached++;
      }
    }

    System.out.printf(
        "foreign server: reached %d of %d times by its pin and by ?service= at both Envoys%n",
        echo.requests().size(), reached);
    assertEquals(reached, echo.requests().size());
  }

  @Test
  @Order(2)
  void ordinaryHandshakesNeverReachIt() throws Exception {
    int before = echo.requests().size();

    for (int i = 0; i < ORDINARY; i++) {
      try (Socket socket = tier.connect(token).get(10, TimeUnit.SECONDS)) {
        assertTrue(socket.server().startsWith("app-"), socket.server());
      }
    }

    System.out.printf(
        "foreign server: %d of %d ordinary handshakes reached it%n",
        echo.requests().size() - before, ORDINARY);
    assertEquals(before, echo.requests().size());
  }

  @Test
  @Order(3)
  void ordinaryHandshakesDoNotReachItEitherWhenTheirOwnServersAreDead() throws Exception {
    int before = echo.requests().size();

    for (String server : List.of("app-1", "app-2", "app-3")) {
      tier.kill(server);
    }
    int refused = refusedOrdinaryHandshakes(5);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                tier.envoys().stream()
                    .allMatch(
                        envoy ->
                            tier.envoy(envoy).hosts().equals(Set.of("127.0.0.1:" + echo.port()))));
    refused += refusedOrdinaryHandshakes(20);

    System.out.printf(
        "foreign server: with its neighbours dead, %d ordinary handshakes refused, %d reached it%n",
        refused, echo.requests().size() - before);
    assertEquals(before, echo.requests().size());
    assertEquals("echoed", echoed(URI.create(tier.edge() + "/" + ID + "/x"), Map.of(), List.of()));
    assertTrue(
        tier.admin().servers().stream()
            .anyMatch(server -> server.id().equals(ID) && server.active()));
  }

  @Test
  @Order(4)
  void itNeverSeesATokenACookieOrATicket() throws Exception {
    URI pin = URI.create(tier.edge() + "/" + ID + "/x");
    echoed(pin, Map.of("Cookie", COOKIE), List.of());
    echoed(URI.create(pin + "?ticket=" + TICKET), Map.of("Cookie", COOKIE), List.of());
    echoed(pin, Map.of("Cookie", COOKIE), List.of("mooring.v1.json", "bearer." + token));

    List<String> secrets =
        List.of(token, token.substring(token.lastIndexOf('.') + 1), COOKIE, TICKET, "bearer");
    for (Request request : echo.requests()) {
      String all = request.toString().toLowerCase(Locale.ROOT);
      for (String secret : secrets) {
        assertFalse(all.contains(secret.toLowerCase(Locale.ROOT)), () -> "it saw " + request);
      }
      for (String header : List.of("authorization", "cookie")) {
        assertFalse(request.headers().containsKey(header), () -> "it saw " + request);
      }
      assertTrue(request.headers().containsKey("x-mooring-identity"), request::toString);
    }
    System.out.printf(
        "foreign server: no token, cookie or ticket in %d requests%n", echo.requests().size());
  }

  private static int refusedOrdinaryHandshakes(int attempts) throws Exception {
    int refused = 0;
    for (int i = 0; i < attempts; i++) {
      try (Socket socket = tier.connect(token).get(15, TimeUnit.SECONDS)) {
        throw new AssertionError("greeted by " + socket.server());
      } catch (ExecutionException expected) {
        assertEquals(503, assertInstanceOf(Socket.Refused.class, expected.getCause()).status);
        refused++;
      }
    }
    return refused;
  }

  /** Sends a word, and returns what comes back. */
  private static String echoed(URI uri, Map<String, String> headers, List<String> protocols)
      throws Exception {
    Map<String, String> all = new HashMap<>(headers);
    if (protocols.isEmpty()) {
      all.put("Authorization", "Bearer " + token);
    }
    CompletableFuture<String> answer = new CompletableFuture<>();
    try (HttpClient client = HttpClient.newBuilder().sslContext(tier.trust()).build()) {
      WebSocket.Builder builder = client.newWebSocketBuilder();
      all.forEach(builder::header);
      if (!protocols.isEmpty()) {
        builder.subprotocols(
            protocols.getFirst(), protocols.subList(1, protocols.size()).toArray(String[]::new));
      }
      WebSocket socket =
          builder
              .buildAsync(
                  uri,
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket from, CharSequence text, boolean last) {
                      answer.complete(text.toString());
                      return CompletableFuture.completedStage(null);
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                      answer.completeExceptionally(error);
                    }
                  })
              .get(10, TimeUnit.SECONDS);
      socket.sendText("echoed", true);
      String text = answer.get(10, TimeUnit.SECONDS);
      socket.abort();
      return text;
    }
  }

  private static JsonNode grpcurl(String method, String request)
      throws IOException, InterruptedException {
    return JSON.readTree(
        Foreign.run(
            List.of(
                Foreign.grpcurl().toString(),
                "-plaintext",
                "-H",
                "authorization: Bearer " + REGISTRATION,
                "-d",
                request.strip(),
                tier.addresses().path("registry").path(0).asText(),
                "mooring.registry.v1.Registry/" + method)));
  }

  /** The next one tries again, should this fail; a lease that lapses shows in the registry. */
  private static void beat(String request) {
    try {
      grpcurl("Heartbeat", request);
    } catch (IOException | AssertionError failed) {
      System.out.println("a heartbeat of the foreign server failed: " + failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
