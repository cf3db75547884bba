package io.mooring.authfilter;

import static io.mooring.authfilter.Requests.handshake;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.mooring.token.Channels;
import io.mooring.token.ConnIds;
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

/** What Envoy is told about each handshake, asked over the filter's real port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandshakeTest {
  private Fleet fleet;
  private ConnIds connIds;
  private AuthFilter filter;
  private Envoy envoy;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    fleet = Fleet.start(folder).with("app", 1, 2, 3, 4).with("chat", 5);
    connIds = new ConnIds(fleet.keys());
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

  @Test
  void aFirstConnectGetsAnIdAnIdentityAndThreeHosts() {
    Answer answer = envoy.ask(handshake("/ws", fleet.token()));

    assertTrue(answer.admitted());
    assertEquals(Set.of("x-mooring-conn", "x-mooring-identity"), answer.added().keySet());
    assertTrue(connIds.belongsTo(answer.added("x-mooring-conn"), "u17"));
    assertEquals(3, Set.copyOf(answer.hosts()).size());
    assertTrue(answer.hosts().stream().allMatch(host -> host.matches("127\\.0\\.0\\.1:720[1-4]")));
  }

  @Test
  void theIdentityHoldsWhatTheTokenAndTheHandshakeSaid() {
    Answer answer = envoy.ask(handshake("/ws?v=1", fleet.token()));

    Identity identity = answer.identity(fleet.keys(), "app");
    assertEquals("u17", identity.sub());
    assertEquals(Optional.of("acme"), identity.tenant());
    assertEquals("client", identity.role());
    assertEquals(Fleet.GRANT.channels(), identity.channels());
    assertEquals(answer.added("x-mooring-conn"), identity.conn());
    assertEquals("wss://localhost:8443", identity.base());
    assertEquals("/ws", identity.path());
    assertEquals(Optional.empty(), identity.verdict());
    assertTrue(identity.rev() > 0);
  }

  @Test
  void aPinnedReconnectKeepsIdAndServer() {
    String conn = connIds.mint("u17");
    String path = "/ws/app-3/" + conn;

    Answer answer = envoy.ask(handshake(path, fleet.token()));

    assertEquals(conn, answer.added("x-mooring-conn"));
    assertEquals(path, answer.identity(fleet.keys(), "app").path());
    assertEquals("127.0.0.1:7203", answer.hosts().getFirst());
    assertEquals(3, answer.hosts().size());
    assertEquals(answer.hosts(), envoy.ask(handshake(path, fleet.token())).hosts());
  }

  @Test
  void somebodyElsesIdIsOnlyAHintOfThePin() {
    for (String conn : List.of(connIds.mint("u18"), "guessed")) {
      Answer answer = envoy.ask(handshake("/ws/app-3/" + conn, fleet.token()));

      assertNotEquals(conn, answer.added("x-mooring-conn"));
      assertTrue(connIds.belongsTo(answer.added("x-mooring-conn"), "u17"));
      assertEquals("127.0.0.1:7203", answer.hosts().getFirst());
    }
  }

  @Test
  void anIdentityIsSignedForTheServiceOfThePinAlone() {
    Answer answer = envoy.ask(handshake("/ws/chat-5/" + connIds.mint("u17"), fleet.token()));

    assertEquals(List.of("127.0.0.1:7205"), answer.hosts());
    assertEquals("u17", answer.identity(fleet.keys(), "chat").sub());
    assertInstanceOf(IdentityCheck.Invalid.class, answer.identityCheck(fleet.keys(), "app"));
  }

  @Test
  void aFirstConnectMayNameItsService() {
    Answer answer = envoy.ask(handshake("/ws?service=chat", fleet.token()));

    assertEquals(List.of("127.0.0.1:7205"), answer.hosts());
  }

  @Test
  void aFirstConnectIsForTheServiceOfItsHostUnlessItNamesAnother() {
    String token = fleet.token();

    assertEquals(
        List.of("127.0.0.1:7205"),
        envoy.ask(handshake("/ws", token).setHost("chat.example.com:8443")).hosts());
    assertEquals(
        3,
        envoy.ask(handshake("/ws?service=app", token).setHost("chat.example.com")).hosts().size());
    assertEquals(
        "127.0.0.1:7203",
        envoy.ask(handshake("/ws/app-3/x", token).setHost("chat.example.com")).hosts().getFirst());
  }

  @Test
  void aServerOfAnotherServiceGetsNoCredentialByWhateverWayItIsReached() {
    String token = fleet.token();
    for (HttpRequest.Builder reaching :
        List.of(
            handshake("/ws?service=chat&ticket=t1"),
            handshake("/ws?ticket=t1").setHost("chat.example.com"),
            handshake("/ws/chat-5/" + connIds.mint("u17") + "?ticket=t1"),
            handshake("/ws/chat-5/x?ticket=t1"))) {
      reaching
          .putHeaders("authorization", "Bearer " + token)
          .putHeaders("proxy-authorization", "Basic eDp5")
          .putHeaders("cookie", "session=1");

      Answer answer = envoy.ask(reaching);

      assertEquals(List.of("127.0.0.1:7205"), answer.hosts());
      assertEquals(List.of("authorization", "proxy-authorization", "cookie"), answer.removed());
      assertEquals(
          List.of("ticket"), answer.response().getOkResponse().getQueryParametersToRemoveList());
      assertEquals(Set.of("x-mooring-conn", "x-mooring-identity"), answer.added().keySet());
      assertEquals("u17", answer.identity(fleet.keys(), "chat").sub());
      assertInstanceOf(IdentityCheck.Invalid.class, answer.identityCheck(fleet.keys(), "app"));
      assertFalse(answer.toString().contains(token.substring(token.length() - 20)));
    }
  }

  @Test
  void noCredentialGoesUpstream() {
    String token = fleet.token();

    Answer answer =
        envoy.ask(
            handshake("/ws?ticket=t1")
                .putHeaders("cookie", "session=1")
                .putHeaders("sec-websocket-protocol", "mooring.v1.json, bearer." + token));

    assertEquals(List.of("authorization", "proxy-authorization", "cookie"), answer.removed());
    assertEquals(
        List.of("ticket"), answer.response().getOkResponse().getQueryParametersToRemoveList());
    assertEquals("mooring.v1.json", answer.added("sec-websocket-protocol"));
    assertFalse(answer.toString().contains(token.substring(0, 40)));
  }

  @Test
  void nothingIsLeftOfAnOfferThatWasOnlyTheToken() {
    Answer answer =
        envoy.ask(handshake("/ws").putHeaders("sec-websocket-protocol", "bearer." + fleet.token()));

    assertTrue(answer.removed().contains("sec-websocket-protocol"));
    assertFalse(answer.added().containsKey("sec-websocket-protocol"));
  }

  @Test
  void addedHeadersReplaceWhatAClientSent() {
    Answer answer = envoy.ask(handshake("/ws", fleet.token()));

    assertTrue(
        answer.response().getOkResponse().getHeadersList().stream()
            .map(HeaderValueOption::getAppendAction)
            .allMatch(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD::equals));
  }

  @Test
  void eachHandshakeHasANonceOfItsOwn() {
    String token = fleet.token();

    assertNotEquals(
        envoy.ask(handshake("/ws", token)).identity(fleet.keys(), "app").nonce(),
        envoy.ask(handshake("/ws", token)).identity(fleet.keys(), "app").nonce());
  }

  @Test
  void anAllowedOriginPasses() {
    var request = handshake("/ws", fleet.token()).putHeaders("origin", "https://app.example");

    assertTrue(envoy.ask(request).admitted());
  }

  @Test
  void aBadTokenIsAnsweredWithTheStepAndNeverWithTheToken() {
    String good = fleet.token();
    String forged = good.substring(0, good.lastIndexOf('.') + 1) + "AAAA";

    Answer answer = envoy.ask(handshake("/ws", forged));

    assertTrue(answer.refusedAs(401, "bad_auth", "signature").startsWith("not made by key \"dev-"));
    assertFalse(answer.toString().contains(forged.substring(0, 20)));
    assertEquals("Bearer realm=\"mooring\"", answer.refusalHeader("www-authenticate"));
    assertEquals("application/problem+json", answer.refusalHeader("content-type"));
  }

  @Test
  void eachRefusalNamesItsStep() {
    String token = fleet.token();
    String over =
        fleet.token(
            new Grant("u17", Optional.empty(), "client", Channels.NONE, Duration.ofSeconds(-1)));

    envoy.ask(handshake("/ws", over)).refusedAs(401, "bad_auth", "expired");
    envoy.ask(handshake("/ws")).refusedAs(401, "bad_auth", "credentials");
    envoy.ask(handshake("/ws?token=" + token)).refusedAs(401, "bad_auth", "query");
    envoy.ask(handshake("/ws/app-1", token)).refusedAs(403, "forbidden", "path");
    envoy.ask(handshake("/ws", token).setHost("a,b")).refusedAs(403, "forbidden", "host");
    envoy
        .ask(handshake("/ws", token).putHeaders("content-length", "3"))
        .refusedAs(403, "forbidden", "request");
    envoy
        .ask(handshake("/ws", token).putHeaders("origin", "https://evil.example"))
        .refusedAs(403, "forbidden", "origin");
    envoy
        .ask(handshake("/ws", token).putHeaders("sec-websocket-protocol", "a b"))
        .refusedAs(403, "forbidden", "subprotocol");
    envoy.ask(HttpRequest.newBuilder()).refusedAs(403, "forbidden", "request");
  }

  @Test
  void aServiceWithoutServersIsUnavailable() {
    Answer answer = envoy.ask(handshake("/ws?service=none", fleet.token()));

    answer.refusedAs(503, "unavailable", "placement");
    assertEquals("1", answer.refusalHeader("retry-after"));
  }
}
