package io.mooring.authfilter;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.Identity;
import io.mooring.token.IdentityCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy is told about each request to the API, asked over the filter's real port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiRequestTest {
  private Fleet fleet;
  private AuthFilter filter;
  private Envoy envoy;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    fleet = Fleet.start(folder).with("app", 1);
    filter = new AuthFilter(fleet.config(0, 0));
    filter.start();
    envoy = new Envoy(filter.grpcPort());
    await().until(() -> envoy.health() == ServingStatus.SERVING);
  }

  @AfterAll
  void close() {
    envoy.close();
    filter.close();
    fleet.close();
  }

  private String token(String role) {
    return fleet.token(
        new Grant(
            "press-1",
            Optional.of("acme"),
            role,
            new Channels(List.of(), List.of("demo.*")),
            Duration.ofHours(1)));
  }

  private static HttpRequest.Builder post(String path, String token) {
    return HttpRequest.newBuilder()
        .setMethod("POST")
        .setProtocol("HTTP/1.1")
        .setScheme("http")
        .setHost("localhost:8080")
        .setPath(path)
        .setSize(20)
        .putHeaders("content-length", "20")
        .putHeaders("x-forwarded-proto", "http")
        .putHeaders("authorization", "Bearer " + token);
  }

  @Test
  void aPublisherIsLetInWithAnIdentityForThisMethodAndPath() {
    Answer answer = envoy.ask(post("/api/v1/publish?x=1", token("publisher")));

    assertTrue(answer.admitted());
    assertEquals(Set.of("x-mooring-identity"), answer.added().keySet());
    Identity identity = answer.identity(fleet.keys(), "app");
    assertEquals("press-1", identity.sub());
    assertEquals(Optional.of("acme"), identity.tenant());
    assertEquals("publisher", identity.role());
    assertEquals(List.of("demo.*"), identity.channels().pub());
    assertEquals("POST /api/v1/publish", identity.path());
    assertEquals("ws://localhost:8080", identity.base());
    assertEquals("", identity.conn());
  }

  @Test
  void anIdentityIsForTheDefaultServiceWhateverTheHost() {
    Answer answer =
        envoy.ask(post("/api/v1/publish", token("publisher")).setHost("chat.example.com"));

    assertEquals("press-1", answer.identity(fleet.keys(), "app").sub());
    assertInstanceOf(IdentityCheck.Invalid.class, answer.identityCheck(fleet.keys(), "chat"));
  }

  @Test
  void noCredentialGoesUpstream() {
    String token = token("publisher");

    Answer answer = envoy.ask(post("/api/v1/publish", token).putHeaders("x-api-key", "press.s"));

    assertEquals(
        List.of("authorization", "proxy-authorization", "cookie", "x-api-key"), answer.removed());
    assertFalse(answer.toString().contains(token.substring(token.length() - 20)));
  }

  @Test
  void eachRequestHasANonceOfItsOwn() {
    String token = token("admin");

    assertNotEquals(
        envoy.ask(post("/api/v1/publish", token)).identity(fleet.keys(), "app").nonce(),
        envoy.ask(post("/api/v1/publish", token)).identity(fleet.keys(), "app").nonce());
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "view", "operate"})
  void everyRoleMayRead(String role) {
    String path = "/api/v1/channels/demo.room/snapshot";

    Identity identity =
        envoy.ask(post(path, token(role)).setMethod("GET")).identity(fleet.keys(), "app");

    assertEquals(role, identity.role());
    assertEquals("GET " + path, identity.path());
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "view", "operate"})
  void otherRolesAreRefused(String role) {
    String detail =
        envoy.ask(post("/api/v1/publish", token(role))).refusedAs(403, "forbidden", "role");
    envoy
        .ask(post("/api/v1/channels/demo.room/snapshot/complete", token(role)).setMethod("PUT"))
        .refusedAs(403, "forbidden", "role");

    assertEquals("the token's role is " + role + ", expected publisher or admin", detail);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1",
        "/api/v1/",
        "/api/v1//publish",
        "/api/v1x/publish",
        "/api/v1/connections",
        "/api/v1/connections?limit=1",
        "/api/v1/connections/close",
        "/api/v1/channels/demo.room;x",
        "/api/v1/channels/%2",
        "/api/v1/channels/\u00e4",
      })
  void otherPathsAreRefused(String path) {
    envoy.ask(post(path, token("admin"))).refusedAs(403, "forbidden", "path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/openapi.yaml",
        "/api/v1/channels/demo.room/history?since=k3:42:17&limit=5",
        "/api/v1/channels/user%3Aann/snapshot",
      })
  void pathsOfTheApiAreSignedAsTheyStand(String path) {
    Answer answer = envoy.ask(post(path, token("admin")).setMethod("GET"));

    assertEquals("GET " + path.split("\\?", 2)[0], answer.identity(fleet.keys(), "app").path());
  }

  @Test
  void eachRefusalNamesItsStep() {
    String token = token("publisher");

    envoy
        .ask(post("/api/v1/publish", token).removeHeaders("authorization"))
        .refusedAs(401, "bad_auth", "credentials");
    envoy.ask(post("/api/v1/publish", token + "AA")).refusedAs(401, "bad_auth", "signature");
    envoy.ask(post("/api/v1/publish?token=" + token, token)).refusedAs(401, "bad_auth", "query");
    envoy
        .ask(post("/api/v1/publish", token).setMethod("DELETE"))
        .refusedAs(403, "forbidden", "method");
    envoy
        .ask(post("/api/v1/publish", token).putHeaders("origin", "https://evil.example"))
        .refusedAs(403, "forbidden", "origin");
    envoy.ask(post("/api/v1/publish", token).setHost("a,b")).refusedAs(403, "forbidden", "host");
  }
}
