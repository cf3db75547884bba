package io.mooring.authfilter;

import static io.mooring.authfilter.Requests.check;
import static io.mooring.authfilter.Requests.handshake;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.rpc.Code;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationBlockingStub;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.programs.Valkey;
import io.mooring.registry.Address;
import io.mooring.registry.Admission.Admitted;
import io.mooring.registry.Redis;
import io.mooring.registry.Registration;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.ServerState;
import io.mooring.token.Channels;
import io.mooring.token.ConnIds;
import io.mooring.token.Grant;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import io.mooring.token.IdentityVerifier;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole process, asked over its real port; the registry is a real Valkey. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthFilterTest {
  private static final Grant GRANT =
      new Grant(
          "u17",
          Optional.of("acme"),
          "client",
          new Channels(List.of("demo.*"), List.of("demo.room")),
          Duration.ofHours(1));

  private final InstantSource clock = InstantSource.system();
  private Path folder;
  private TokenIssuer issuer;
  private MasterKeys keys;
  private ConnIds connIds;
  private Valkey valkey;
  private Redis redis;
  private AuthFilter filter;
  private ManagedChannel channel;
  private AuthorizationBlockingStub envoy;

  @BeforeAll
  void startEverything(@TempDir Path temporary) throws IOException {
    folder = temporary;
    issuer = TokenIssuer.create(folder.resolve("issuer.jwk"), folder.resolve("jwks.json"), clock);
    Files.writeString(folder.resolve("master.key"), MasterKeys.generate("k1"));
    keys = MasterKeys.read(folder.resolve("master.key"));
    connIds = new ConnIds(keys);
    valkey = Valkey.start(folder.resolve("valkey"));
    redis = new Redis(valkey.url());
    RegistryStore registry = new RegistryStore(redis);
    for (int i = 1; i <= 4; i++) {
      activate(registry, "app", i);
    }
    activate(registry, "chat", 5);
    filter = new AuthFilter(config(valkey.url(), 0));
    filter.start();
    channel = channel(filter.grpcPort());
    envoy = AuthorizationGrpc.newBlockingStub(channel);
    await().until(() -> health(channel) == ServingStatus.SERVING);
  }

  @AfterAll
  void closeEverything() {
    channel.shutdownNow();
    filter.close();
    redis.close();
    valkey.close();
  }

  @Test
  void aFirstConnectGetsAnIdAnIdentityAndThreeHosts() {
    CheckResponse answer = ask(handshake("/ws", token()));

    assertEquals(Code.OK_VALUE, answer.getStatus().getCode());
    assertEquals(Set.of("x-mooring-conn", "x-mooring-identity"), added(answer).keySet());
    String conn = added(answer, "x-mooring-conn");
    assertTrue(connIds.belongsTo(conn, "u17"));
    Identity identity = identity(answer, "app");
    assertEquals("u17", identity.sub());
    assertEquals(Optional.of("acme"), identity.tenant());
    assertEquals("client", identity.role());
    assertEquals(GRANT.channels(), identity.channels());
    assertEquals(conn, identity.conn());
    assertEquals("wss://localhost:8443", identity.base());
    assertEquals("/ws", identity.path());
    assertEquals(Optional.empty(), identity.verdict());
    assertTrue(identity.rev() > 0);
    assertEquals(3, Set.of(hosts(answer)).size());
    assertTrue(Arrays.stream(hosts(answer)).allMatch(host -> host.startsWith("127.0.0.1:720")));
  }

  @Test
  void aPinnedReconnectKeepsIdAndServer() {
    String conn = connIds.mint("u17");
    String path = "/ws/app-3/" + conn;

    CheckResponse answer = ask(handshake(path, token()));

    assertEquals(conn, added(answer, "x-mooring-conn"));
    assertEquals(path, identity(answer, "app").path());
    assertEquals("127.0.0.1:7203", hosts(answer)[0]);
    assertEquals(3, hosts(answer).length);
    assertEquals(List.of(hosts(answer)), List.of(hosts(ask(handshake(path, token())))));
  }

  @Test
  void somebodyElsesIdIsOnlyAHintOfThePin() {
    for (String conn : List.of(connIds.mint("u18"), "guessed")) {
      CheckResponse answer = ask(handshake("/ws/app-3/" + conn, token()));

      assertNotEquals(conn, added(answer, "x-mooring-conn"));
      assertTrue(connIds.belongsTo(added(answer, "x-mooring-conn"), "u17"));
      assertEquals("127.0.0.1:7203", hosts(answer)[0]);
    }
  }

  @Test
  void anIdentityIsSignedForTheServiceOfThePin() {
    CheckResponse answer = ask(handshake("/ws/chat-5/" + connIds.mint("u17"), token()));

    assertEquals("127.0.0.1:7205", String.join(",", hosts(answer)));
    assertEquals("u17", identity(answer, "chat").sub());
    assertInstanceOf(
        IdentityCheck.Invalid.class,
        new IdentityVerifier(keys, "app", clock).verify(added(answer, "x-mooring-identity")));
  }

  @Test
  void aFirstConnectMayNameItsService() {
    assertEquals(
        "127.0.0.1:7205", String.join(",", hosts(ask(handshake("/ws?service=chat", token())))));
  }

  @Test
  void noCredentialGoesUpstream() {
    String token = token();

    CheckResponse answer =
        ask(
            handshake("/ws?ticket=t1")
                .putHeaders("cookie", "session=1")
                .putHeaders("sec-websocket-protocol", "mooring.v1.json, bearer." + token));

    assertEquals(
        List.of("authorization", "proxy-authorization", "cookie"),
        answer.getOkResponse().getHeadersToRemoveList());
    assertEquals(List.of("ticket"), answer.getOkResponse().getQueryParametersToRemoveList());
    assertEquals("mooring.v1.json", added(answer, "sec-websocket-protocol"));
    assertFalse(answer.toString().contains(token.substring(0, 40)));
  }

  @Test
  void nothingIsLeftOfAnOfferThatWasOnlyTheToken() {
    CheckResponse answer =
        ask(handshake("/ws").putHeaders("sec-websocket-protocol", "bearer." + token()));

    assertTrue(answer.getOkResponse().getHeadersToRemoveList().contains("sec-websocket-protocol"));
    assertFalse(added(answer).containsKey("sec-websocket-protocol"));
  }

  @Test
  void addedHeadersReplaceWhatAClientSent() {
    CheckResponse answer = ask(handshake("/ws", token()));

    assertTrue(
        answer.getOkResponse().getHeadersList().stream()
            .map(HeaderValueOption::getAppendAction)
            .allMatch(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD::equals));
  }

  @Test
  void eachHandshakeHasANonceOfItsOwn() {
    assertNotEquals(
        identity(ask(handshake("/ws", token())), "app").nonce(),
        identity(ask(handshake("/ws", token())), "app").nonce());
  }

  @Test
  void aBadTokenIsAnsweredWithTheStepAndNeverWithTheToken() throws IOException {
    String good = token();
    String forged = good.substring(0, good.lastIndexOf('.') + 1) + "AAAA";

    CheckResponse answer = ask(handshake("/ws", forged));

    assertEquals(Code.UNAUTHENTICATED_VALUE, answer.getStatus().getCode());
    JsonNode problem = refused(answer, 401, "bad_auth", "signature");
    assertTrue(problem.path("detail").asText().contains("not made by key"));
    assertFalse(answer.toString().contains(forged.substring(0, 20)));
    assertEquals("Bearer realm=\"mooring\"", denied(answer).get("www-authenticate"));
    assertEquals("application/problem+json", denied(answer).get("content-type"));
  }

  @Test
  void eachRefusalNamesItsStep() throws IOException {
    String token = token();
    String over =
        issuer.issue(
            new Grant("u17", Optional.empty(), "client", Channels.NONE, Duration.ofSeconds(-1)));

    refused(ask(handshake("/ws", over)), 401, "bad_auth", "expired");
    refused(ask(handshake("/ws")), 401, "bad_auth", "credentials");
    refused(ask(handshake("/ws?token=" + token)), 401, "bad_auth", "query");
    refused(ask(handshake("/ws/app-1", token)), 403, "forbidden", "path");
    refused(ask(handshake("/ws", token).setHost("a,b")), 403, "forbidden", "host");
    refused(
        ask(handshake("/ws", token).putHeaders("content-length", "3")),
        403,
        "forbidden",
        "request");
    refused(
        ask(handshake("/ws", token).putHeaders("origin", "https://evil.example")),
        403,
        "forbidden",
        "origin");
    refused(ask(HttpRequest.newBuilder()), 403, "forbidden", "request");
  }

  @Test
  void anAllowedOriginPasses() {
    CheckResponse answer =
        ask(handshake("/ws", token()).putHeaders("origin", "https://app.example"));

    assertEquals(Code.OK_VALUE, answer.getStatus().getCode());
  }

  @Test
  void aServiceWithoutServersIsUnavailable() throws IOException {
    CheckResponse answer = ask(handshake("/ws?service=none", token()));

    refused(answer, 503, "unavailable", "placement");
    assertEquals("1", denied(answer).get("retry-after"));
  }

  @Test
  void handshakesAreCountedByOutcome() throws Exception {
    ask(handshake("/ws", token()));
    ask(handshake("/ws"));

    String metrics = get(filter.httpPort(), "/metrics").body();

    assertTrue(metrics.contains("mooring_handshakes_total{outcome=\"admitted\"}"), metrics);
    assertTrue(metrics.contains("mooring_handshakes_total{outcome=\"credentials\"}"), metrics);
    assertTrue(metrics.contains("mooring_handshake_check_seconds_count"), metrics);
    assertTrue(metrics.contains("mooring_registry_revision"), metrics);
    assertEquals(200, get(filter.httpPort(), "/readyz").statusCode());
  }

  @Test
  void aFilterIsUnhealthyUntilTheRegistryWasReadAndGoesOnWithoutIt() throws Exception {
    int port;
    try (Valkey first = Valkey.start(folder.resolve("late"))) {
      port = first.port();
    }
    try (AuthFilter late = new AuthFilter(config("redis://127.0.0.1:" + port, 0))) {
      late.start();
      ManagedChannel toLate = channel(late.grpcPort());
      try {
        assertEquals(ServingStatus.NOT_SERVING, health(toLate));
        HttpResponse<String> notReady = get(late.httpPort(), "/readyz");
        assertEquals(503, notReady.statusCode());
        assertEquals(200, get(late.httpPort(), "/healthz").statusCode());

        Valkey there = Valkey.start(folder.resolve("late"), port);
        try (there;
            Redis writer = new Redis(there.url())) {
          activate(new RegistryStore(writer), "app", 1);
          var asked = AuthorizationGrpc.newBlockingStub(toLate);
          await()
              .until(
                  () ->
                      asked.check(check(handshake("/ws", token()))).getStatus().getCode()
                          == Code.OK_VALUE);
          assertEquals(ServingStatus.SERVING, health(toLate));
          there.close();
          assertEquals(
              Code.OK_VALUE, asked.check(check(handshake("/ws", token()))).getStatus().getCode());
          assertEquals(ServingStatus.SERVING, health(toLate));
          assertEquals(200, get(late.httpPort(), "/readyz").statusCode());
        }
      } finally {
        toLate.shutdownNow();
      }
    }
  }

  @Test
  void aPortInUseIsNamedWithItsKey() {
    AuthFilter second = new AuthFilter(config(valkey.url(), filter.grpcPort()));

    var refusal = assertThrows(StartException.class, second::start);

    assertTrue(
        String.valueOf(refusal.getMessage())
            .startsWith("cannot listen on 127.0.0.1:" + filter.grpcPort() + " (grpc.address)"),
        refusal.getMessage());
  }

  private AuthFilterConfig config(String redisUrl, int grpcPort) {
    return new AuthFilterConfig(
        "auth-1",
        new AuthFilterConfig.Registry(URI.create(redisUrl)),
        new AuthFilterConfig.Listener(new HostPort("127.0.0.1", grpcPort)),
        new AuthFilterConfig.Listener(new HostPort("127.0.0.1", 0)),
        "app",
        "",
        List.of("https://app.example"),
        new AuthFilterConfig.Token(
            TokenIssuer.ISSUER, TokenIssuer.AUDIENCE, folder.resolve("jwks.json")),
        folder.resolve("master.key"));
  }

  private static void activate(RegistryStore registry, String service, int number) {
    String id = service + "-" + number;
    var admitted =
        assertInstanceOf(
            Admitted.class,
            registry.register(
                new Registration(
                    id,
                    "uid-" + id,
                    0,
                    service,
                    new Address("127.0.0.1", 7200 + number),
                    Optional.empty(),
                    8,
                    "",
                    Set.of(),
                    Map.of())));
    assertTrue(registry.transition(admitted.claim(), ServerState.WARMING, ServerState.ACTIVE));
  }

  private String token() {
    return issuer.issue(GRANT);
  }

  private CheckResponse ask(HttpRequest.Builder request) {
    return envoy.check(check(request));
  }

  private static Map<String, String> added(CheckResponse answer) {
    return values(answer.getOkResponse().getHeadersList());
  }

  private static String added(CheckResponse answer, String name) {
    return added(answer).getOrDefault(name, "");
  }

  private static Map<String, String> denied(CheckResponse answer) {
    return values(answer.getDeniedResponse().getHeadersList());
  }

  private static Map<String, String> values(List<HeaderValueOption> headers) {
    return headers.stream()
        .map(HeaderValueOption::getHeader)
        .collect(Collectors.toMap(header -> header.getKey(), header -> header.getValue()));
  }

  private static String[] hosts(CheckResponse answer) {
    return answer.getDynamicMetadata().getFieldsOrThrow("ws_hosts").getStringValue().split(",", -1);
  }

  private Identity identity(CheckResponse answer, String service) {
    String header = added(answer, "x-mooring-identity");
    return assertInstanceOf(
            IdentityCheck.Valid.class, new IdentityVerifier(keys, service, clock).verify(header))
        .identity();
  }

  private static JsonNode refused(CheckResponse answer, int status, String code, String step)
      throws IOException {
    JsonNode problem = new ObjectMapper().readTree(answer.getDeniedResponse().getBody());
    assertEquals(status, answer.getDeniedResponse().getStatus().getCodeValue());
    assertEquals(status, problem.path("status").asInt());
    assertEquals(code, problem.path("code").asText());
    assertEquals(step, problem.path("step").asText());
    return problem;
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static ServingStatus health(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          java.net.http.HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
