package io.mooring.controlplane;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.mooring.controlplane.connections.Holder;
import io.mooring.process.Configuration;
import io.mooring.process.ConfigurationException;
import io.mooring.process.StartException;
import io.mooring.programs.Valkey;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.EnvoyStore;
import io.mooring.registry.Redis;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.RegistryGrpc.RegistryBlockingStub;
import io.mooring.registry.v1.State;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole process, in this JVM, with a real Valkey and servers that speak the contract. */
class ControlPlaneTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private Valkey valkey;

  @BeforeEach
  void startValkey() {
    valkey = Valkey.start(folder.resolve("valkey"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : opened.reversed()) {
      part.close();
    }
    http.close();
    valkey.close();
  }

  @Test
  void aServerThatRegistersIsActiveAndShown() throws Exception {
    ControlPlane controlPlane = start();
    try (ServerSocket port = Tier.listen()) {
      RegistryBlockingStub registry = registry(controlPlane);
      RegisterResponse answer = register(registry, port.getLocalPort());
      heartbeat(registry, answer);

      await().until(() -> servers(controlPlane).at("/0/state").asText().equals("ACTIVE"));
      await().until(() -> servers(controlPlane).at("/0/lease_age_ms").asLong(-1) >= 0);
      JsonNode server = servers(controlPlane).get(0);
      assertEquals("app-1", server.path("id").asText());
      assertEquals("app", server.path("service").asText());
      assertEquals(1, server.path("generation").asLong());
      assertEquals("127.0.0.1:" + port.getLocalPort(), server.path("address").asText());
      assertEquals("verdict/1", server.at("/capabilities/0").asText());
      assertEquals(3, server.path("connections").asLong());
      assertEquals("a", server.at("/labels/zone").asText());
      assertTrue(server.path("drain").isNull());
      assertEquals(
          JSON.readTree("{\"revision\":2,\"envoys\":[],\"certificate\":null}"),
          JSON.readTree(get(controlPlane, "/admin/v1/envoys").body()));
      String metrics = get(controlPlane, "/metrics").body();
      assertTrue(metrics.contains("mooring_servers{state=\"ACTIVE\"} 1.0"), metrics);
      assertTrue(metrics.contains("mooring_leases 1.0"), metrics);
    }
  }

  @Test
  void aServerThatFallsSilentIsOutWithinTwelveSeconds() throws Exception {
    ControlPlane controlPlane = start();
    try (ServerSocket port = Tier.listen()) {
      RegistryBlockingStub registry = registry(controlPlane);
      RegisterResponse answer = register(registry, port.getLocalPort());
      await().until(() -> servers(controlPlane).at("/0/state").asText().equals("ACTIVE"));
      heartbeat(registry, answer);
      long silent = System.nanoTime();

      await().atMost(Duration.ofSeconds(14)).until(() -> servers(controlPlane).isEmpty());

      Duration took = Duration.ofNanos(System.nanoTime() - silent);
      assertTrue(took.compareTo(Duration.ofSeconds(12)) <= 0, () -> "took " + took);
      assertTrue(took.compareTo(Duration.ofSeconds(10)) >= 0, () -> "took " + took);
    }
  }

  @Test
  void anotherReplicaLeadsWhenOneClosesAndServesWhatTheOneBegan() throws Exception {
    ControlPlane one = start("--name=control-1");
    await().until(() -> leader(one).path("leads").asBoolean());
    ControlPlane two = start("--name=control-2");
    try (ServerSocket port = Tier.listen()) {
      RegisterResponse answer = register(registry(one), port.getLocalPort());
      heartbeat(registry(two), answer);
      await().until(() -> servers(two).at("/0/state").asText().equals("ACTIVE"));
      await().until(() -> servers(one).at("/0/connections").asInt() == 3);
      await().until(() -> leader(two).path("holder").asText().equals("control-1"));
      assertEquals(false, leader(two).path("leads").asBoolean());

      one.close();

      await().until(() -> leader(two).path("leads").asBoolean());
      assertEquals(2, leader(two).path("fence").asLong());
      heartbeat(registry(two), answer);
      String metrics = get(two, "/metrics").body();
      assertTrue(metrics.contains("mooring_leader 1.0"), metrics);
    }
  }

  @Test
  void aDrainGoesOnThroughAFlushedRegistryAtEachReplica() throws Exception {
    ControlPlane one = start("--name=control-1");
    ControlPlane two = start("--name=control-2");
    try (ServerSocket port = Tier.listen();
        Redis redis = new Redis(valkey.url());
        RedisClient client = RedisClient.create(valkey.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      register(registry(one), port.getLocalPort());
      new RegistryStore(redis).requestDrain("app-1", DrainSpec.parse("rate=20"));
      await().until(() -> !moves(one).isEmpty() && moves(one).equals(moves(two)));
      String drainId = moves(one);

      connection.sync().flushall();

      await()
          .until(
              () -> {
                RegisterResponse again = register(registry(two), port.getLocalPort());
                return again.getState() == State.STATE_DRAINING;
              });
      assertEquals(drainId, moves(one));
      assertEquals(drainId, moves(two));
      await().until(() -> drainId.equals(connection.sync().hget("{mooring}:server:app-1", "move")));
      assertEquals("1", connection.sync().hget("{mooring}:server:app-1", "generation"));
    }
  }

  /** The id of the drain for which app-1 is told to move its clients; "" when it is not told. */
  private String moves(ControlPlane controlPlane) throws Exception {
    JsonNode drain = servers(controlPlane).at("/0/drain");
    return drain.path("released").asBoolean() ? drain.path("drain_id").asText() : "";
  }

  private JsonNode leader(ControlPlane controlPlane) throws Exception {
    return JSON.readTree(get(controlPlane, "/admin/v1/leader").body());
  }

  @Test
  void itWaitsForARedisThatIsNotThereYetAndSaysSo() throws Exception {
    int port = valkey.port();
    valkey.close();
    ControlPlane controlPlane = start();

    await()
        .until(
            () -> {
              HttpResponse<String> answer = get(controlPlane, "/readyz");
              return answer.statusCode() == 503
                  && answer.body().contains("redis://127.0.0.1:" + port + " does not answer");
            });
    assertEquals(200, get(controlPlane, "/healthz").statusCode());

    valkey = Valkey.start(folder.resolve("valkey"), port);
    await().until(() -> get(controlPlane, "/readyz").statusCode() == 200);
  }

  @Test
  void envoysOfOtherReplicasAreShownAndThoseThatAreGone() throws Exception {
    ControlPlane controlPlane = start();
    try (Redis redis = new Redis(valkey.url())) {
      EnvoyStore store = new EnvoyStore(redis);
      store.report("edge-8", "replica=control-2 beat=7 revision=4 connected=1");
      store.report("edge-9", "replica=control-2 beat=3 revision=2 connected=0");

      await().until(() -> envoys(controlPlane).size() == 2);

      JsonNode there = envoys(controlPlane).get(0);
      assertEquals("edge-8", there.path("id").asText());
      assertEquals("control-2", there.path("replica").asText());
      assertEquals(4, there.path("acked_revision").asLong());
      assertTrue(there.path("connected").asBoolean() && there.path("in_sync").asBoolean());
      assertTrue(there.path("seen_ms_ago").asLong(-1) >= 0);
      JsonNode gone = envoys(controlPlane).get(1);
      assertEquals("edge-9", gone.path("id").asText());
      assertTrue(gone.path("missing").asBoolean());
      assertEquals(
          JSON.readTree("[{\"id\":\"edge-8\",\"revision\":4,\"acked\":true}]"),
          JSON.readTree(get(controlPlane, "/admin/v1/explain?target=/ws").body()).path("envoys"));
    }
  }

  private JsonNode envoys(ControlPlane controlPlane) throws Exception {
    return JSON.readTree(get(controlPlane, "/admin/v1/envoys").body()).path("envoys");
  }

  @Test
  void itSaysWhoLeads() throws Exception {
    ControlPlane controlPlane = start();

    await()
        .until(
            () ->
                JSON.readTree(get(controlPlane, "/admin/v1/leader").body())
                    .path("leads")
                    .asBoolean());
    assertEquals(
        JSON.readTree(
            "{\"holder\":\"control-1\",\"fence\":1,\"this\":\"control-1\",\"leads\":true}"),
        JSON.readTree(get(controlPlane, "/admin/v1/leader").body()));
  }

  @Test
  void withoutKeysItSaysWhatToSet() throws Exception {
    ControlPlane controlPlane = start();

    for (String path : List.of("/admin/v1/connections", "/admin/v1/explain?target=ann")) {
      HttpResponse<String> answer = get(controlPlane, path);
      assertEquals(503, answer.statusCode());
      assertEquals("no_keys", JSON.readTree(answer.body()).path("code").asText());
    }
    assertEquals(200, get(controlPlane, "/admin/v1/explain?target=/ws/app-1/x").statusCode());
  }

  @Test
  void itAsksTheServersForTheirConnectionsAndSaysWhereTheyGo() throws Exception {
    Path file = Files.writeString(folder.resolve("master.key"), MasterKeys.generate("k1"));
    IdentityVerifier verifier =
        new IdentityVerifier(MasterKeys.read(file), "app", InstantSource.system());
    ControlPlane controlPlane = start("--keys=" + file);
    try (ServerSocket port = Tier.listen();
        Holder holder = Holder.of(verifier, Holder.page(1, Holder.row("c1", "ann")))) {
      register(registry(controlPlane), port.getLocalPort(), "127.0.0.1:" + holder.port());
      await().until(() -> servers(controlPlane).at("/0/state").asText().equals("ACTIVE"));

      JsonNode connections =
          JSON.readTree(get(controlPlane, "/admin/v1/connections?user=ann").body());
      JsonNode explained =
          JSON.readTree(get(controlPlane, "/admin/v1/explain?target=/ws/app-1/c1").body());

      assertEquals(
          JSON.readTree(
              """
              {"total":1,"connections":[{"conn":"c1","server":"app-1","user":"ann","tenant":null,
              "role":"client","envoy":"edge-1","age_ms":5,"channels":2,"queued_bytes":0,
              "exp":1900000000}],"unanswered":[],"hint":""}
              """),
          connections);
      assertEquals("url", explained.path("kind").asText());
      assertEquals(
          JSON.readTree(
              """
              {"server":"app-1","generation":1,"state":"ACTIVE","suspect":false,"in_endpoints":true}
              """),
          explained.at("/placements/0/pin"));
      assertEquals("app-1", explained.at("/placements/0/lands_on").asText());
      assertEquals("ann", explained.at("/placements/0/user").asText());
      assertEquals("pin", explained.at("/placements/0/hosts/0/why").asText());
      assertEquals(0, explained.path("envoys").size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/admin/v1/connections?server=app-9, 404, unknown_server",
    "/admin/v1/connections?limit=0, 400, bad_request",
    "/admin/v1/connections?limit=1001, 400, bad_request",
    "/admin/v1/connections?closed=1, 400, bad_request",
    "/admin/v1/connections?user=a&user=b, 400, bad_request",
    "/admin/v1/connections?usr=a, 400, bad_request",
    "/admin/v1/explain, 400, bad_request",
    "/admin/v1/explain?target=/nowhere, 400, bad_request",
  })
  void aQuestionThatCannotBeAnsweredIsAProblem(String path, int status, String code)
      throws Exception {
    HttpResponse<String> answer = get(start(), path);

    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(code, JSON.readTree(answer.body()).path("code").asText());
  }

  @ParameterizedTest
  @CsvSource({
    "https://evil.example, 403, foreign_origin",
    "null, 403, foreign_origin",
    "http://127.0.0.1:%d, 404, unknown_server",
  })
  void aPageOfAnotherOriginChangesNothing(String origin, int status, String code) throws Exception {
    ControlPlane controlPlane = start();
    URI drain =
        URI.create("http://127.0.0.1:" + controlPlane.httpPort() + "/admin/v1/servers/app-9/drain");

    for (String method : List.of("POST", "DELETE")) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(drain)
                  .header("origin", origin.formatted(controlPlane.httpPort()))
                  .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.ofString());

      assertEquals(status, answer.statusCode(), answer.body());
      assertEquals(code, JSON.readTree(answer.body()).path("code").asText());
    }
  }

  @Test
  void whatIsNotInTheAdminApiIsAProblem() throws Exception {
    HttpResponse<String> answer = get(start(), "/admin/v1/nothing");

    assertEquals(404, answer.statusCode());
    assertEquals(
        "application/problem+json", answer.headers().firstValue("content-type").orElse(""));
    assertEquals("not_found", JSON.readTree(answer.body()).path("code").asText());
  }

  @Test
  void aPortInUseIsNamedWithItsKey() throws Exception {
    try (ServerSocket taken = Tier.listen()) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      for (String key : List.of("http.address", "registry.address", "xds.address")) {
        StartException refused =
            assertThrows(StartException.class, () -> start("--" + key + "=" + address));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains(key) && message.contains(address), message);
      }
    }
  }

  @Test
  void aRedisUrlOfAnotherSchemeIsNamedWithoutItsPassword() {
    StartException refused =
        assertThrows(
            StartException.class, () -> start("--redis.url=http://me:hunter2@127.0.0.1:6379"));

    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("redis.url") && message.contains("\"http\""), message);
    assertTrue(!message.contains("hunter2") && refused.getCause() == null, message);
  }

  @Test
  void theDefaultsAreAConfiguration() {
    ControlPlaneConfig defaults = Configuration.read(ControlPlaneConfig.class, List.of(), Map.of());

    assertEquals(7100, defaults.registry().address().port());
    assertEquals(Map.of(), defaults.services());
  }

  @Test
  void badConfigurationIsNamed() {
    for (Map.Entry<String, String> bad :
        Map.of(
                "--lease.ttl=4s", "lease",
                "--services.App.ports=1", "services",
                "--registry.adress=127.0.0.1:1", "did you mean registry.address")
            .entrySet()) {
      ConfigurationException refused =
          assertThrows(
              ConfigurationException.class,
              () -> Configuration.read(ControlPlaneConfig.class, List.of(bad.getKey()), Map.of()));
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains(bad.getValue()), message);
    }
  }

  private ControlPlane start(String... flags) throws IOException {
    Path file = folder.resolve("control-plane.yaml");
    Files.writeString(
        file,
        """
        redis:
          url: %s
        http:
          address: 127.0.0.1:0
        registry:
          address: 127.0.0.1:0
        xds:
          address: 127.0.0.1:0
        admin:
          open: true
        services:
          app:
            registration-token: app-token-0123456789
            networks: [127.0.0.0/8]
            ports: 1024-65535
        """
            .formatted(valkey.url()));
    List<String> arguments = new ArrayList<>(List.of("--config", file.toString()));
    arguments.addAll(List.of(flags));
    ControlPlane controlPlane =
        new ControlPlane(Configuration.read(ControlPlaneConfig.class, arguments, Map.of()));
    controlPlane.start();
    opened.add(controlPlane);
    return controlPlane;
  }

  private RegistryBlockingStub registry(ControlPlane controlPlane) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.registryPort())
            .usePlaintext()
            .build();
    opened.add(channel::shutdownNow);
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer app-token-0123456789");
    return RegistryGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static RegisterResponse register(RegistryBlockingStub registry, int port) {
    return register(registry, port, "");
  }

  private static RegisterResponse register(
      RegistryBlockingStub registry, int port, String apiAddress) {
    return registry.register(
        RegisterRequest.newBuilder()
            .setServerId("app-1")
            .setInstanceUid("a")
            .setService("app")
            .setAddress("127.0.0.1:" + port)
            .setApiAddress(apiAddress)
            .addCapabilities("verdict/1")
            .putLabels("zone", "a")
            .build());
  }

  private static void heartbeat(RegistryBlockingStub registry, RegisterResponse answer) {
    assertTrue(
        registry
            .heartbeat(
                HeartbeatRequest.newBuilder()
                    .setClaim(
                        Claim.newBuilder()
                            .setServerId("app-1")
                            .setIncarnation(answer.getIncarnation())
                            .setGeneration(answer.getGeneration())
                            .setInstanceUid("a"))
                    .setLoad(Load.newBuilder().setConnections(3))
                    .build())
            .getCommand()
            .hasRenewed());
  }

  private JsonNode servers(ControlPlane controlPlane) throws Exception {
    return JSON.readTree(get(controlPlane, "/admin/v1/servers").body()).path("servers");
  }

  private HttpResponse<String> get(ControlPlane controlPlane, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + controlPlane.httpPort() + path))
            .build(),
        BodyHandlers.ofString());
  }
}
