package io.mooring.authfilter;

import static io.mooring.authfilter.Requests.handshake;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.mooring.process.StartException;
import io.mooring.programs.Valkey;
import io.mooring.token.ConnIds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process: its ports, its health, its metrics, and a registry that comes and goes. */
class AuthFilterTest {
  @TempDir Path folder;
  private Fleet fleet;

  @BeforeEach
  void startRegistry() throws IOException {
    fleet = Fleet.start(folder).with("app", 1);
  }

  @AfterEach
  void closeRegistry() {
    fleet.close();
  }

  @Test
  void aFilterIsUnhealthyUntilTheRegistryWasReadAndThenGoesOnWithoutIt() throws Exception {
    fleet.close();
    try (AuthFilter filter = started(0, 0);
        Envoy envoy = new Envoy(filter.grpcPort())) {
      assertEquals(ServingStatus.NOT_SERVING, envoy.health());
      assertEquals(503, get(filter, "/readyz").statusCode());
      assertEquals(200, get(filter, "/healthz").statusCode());

      try (Valkey again = Valkey.start(folder.resolve("valkey"), fleet.redisPort())) {
        await().until(() -> envoy.health() == ServingStatus.SERVING);
        assertTrue(again.port() > 0);
        assertTrue(envoy.ask(handshake("/ws", fleet.token())).admitted());
      }

      assertTrue(envoy.ask(handshake("/ws", fleet.token())).admitted());
      assertEquals(ServingStatus.SERVING, envoy.health());
      assertEquals(200, get(filter, "/readyz").statusCode());
    }
  }

  @Test
  void aRegistryThatComesBackEmptyAndThenGoesChangesNoPlacement() {
    fleet.with("app", 2, 3).with("chat", 4);
    ConnIds connIds = new ConnIds(fleet.keys());
    List<String> paths =
        List.of(
            "/ws/app-1/" + connIds.mint("u17"), "/ws/app-2/" + connIds.mint("u17"), "/ws/chat-4/x");
    try (AuthFilter filter = started(0, 0);
        Envoy envoy = new Envoy(filter.grpcPort())) {
      await().until(() -> envoy.health() == ServingStatus.SERVING);
      List<List<String>> before = hosts(envoy, paths);

      fleet.flush().with("chat", 5);
      await()
          .until(() -> hosts(envoy, List.of("/ws/chat-5/x")).getFirst().getFirst().endsWith("5"));
      assertEquals(before.subList(0, 2), hosts(envoy, paths).subList(0, 2));
      assertEquals("127.0.0.1:7204", hosts(envoy, paths).getLast().getFirst());

      fleet.close();
      assertEquals(before.subList(0, 2), hosts(envoy, paths).subList(0, 2));
      assertEquals(ServingStatus.SERVING, envoy.health());
    }
  }

  private List<List<String>> hosts(Envoy envoy, List<String> paths) {
    return paths.stream().map(path -> envoy.ask(handshake(path, fleet.token())).hosts()).toList();
  }

  @Test
  void handshakesAreCountedByOutcome() throws Exception {
    try (AuthFilter filter = started(0, 0);
        Envoy envoy = new Envoy(filter.grpcPort())) {
      await().until(() -> envoy.health() == ServingStatus.SERVING);
      envoy.ask(handshake("/ws", fleet.token()));
      envoy.ask(handshake("/ws"));

      String metrics = get(filter, "/metrics").body();

      assertTrue(metrics.contains("mooring_handshakes_total{outcome=\"admitted\"} 1.0"), metrics);
      assertTrue(
          metrics.contains("mooring_handshakes_total{outcome=\"credentials\"} 1.0"), metrics);
      assertTrue(metrics.contains("mooring_handshake_check_seconds_count 2"), metrics);
      assertTrue(metrics.contains("mooring_verified_tokens 1.0"), metrics);
      assertTrue(metrics.contains("mooring_registry_revision 2.0"), metrics);
    }
  }

  @Test
  void aPortInUseIsNamedWithItsKey() {
    try (AuthFilter filter = started(0, 0)) {
      int grpc = filter.grpcPort();
      int http = filter.httpPort();

      assertEquals("cannot listen on 127.0.0.1:" + grpc + " (grpc.address)", beginning(grpc, 0));
      assertEquals("cannot listen on 127.0.0.1:" + http + " (http.address)", beginning(0, http));
    }
  }

  @Test
  void aUrlThatRedisCannotHaveIsNamedWithoutItsPassword() {
    AuthFilterConfig usable = fleet.config(0, 0);
    AuthFilterConfig config =
        new AuthFilterConfig(
            usable.name(),
            new AuthFilterConfig.Registry(URI.create("http://:s3cret@127.0.0.1:1")),
            usable.grpc(),
            usable.http(),
            usable.defaultService(),
            usable.hosts(),
            usable.publicUrl(),
            usable.origins(),
            usable.token(),
            usable.keys());

    String message =
        String.valueOf(
            assertThrows(StartException.class, () -> new AuthFilter(config)).getMessage());

    assertTrue(message.startsWith("redis.url http://***@127.0.0.1:1: expected"), message);
  }

  private String beginning(int grpcPort, int httpPort) {
    AuthFilter second = new AuthFilter(fleet.config(grpcPort, httpPort));
    String message = String.valueOf(assertThrows(StartException.class, second::start).getMessage());
    return message.substring(0, message.indexOf("):") + 1);
  }

  private AuthFilter started(int grpcPort, int httpPort) {
    AuthFilter filter = new AuthFilter(fleet.config(grpcPort, httpPort));
    filter.start();
    return filter;
  }

  private static HttpResponse<String> get(AuthFilter filter, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + filter.httpPort() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
