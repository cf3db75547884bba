package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.connection.Roster;
import io.mooring.server.connection.Selection;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.wire.Frame;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A socket lives as long as its token, or the one that its client sends in its place. */
class RenewalTest {
  private static final Channels ALL = new Channels(List.of("*"), List.of("*"));
  private static final int PATIENCE_MILLIS = 30_000;

  @TempDir private static Path folder;

  private static Stand stand;

  @BeforeAll
  static void start() throws IOException {
    Path config =
        Files.writeString(folder.resolve("app.yaml"), "namespaces:\n  demo:\n    open: false\n");
    // Nobody here answers pings.
    stand = new Stand(folder, "--config=" + config, "--ping=5m", "--pong=5m");
  }

  @AfterAll
  static void end() {
    stand.close();
  }

  @Test
  void warnsAMinuteBeforeTheTokenEnds() throws IOException {
    long exp = now() / 1000 + 62;
    try (Client client = client("ann", exp, ALL)) {
      long entered = now();

      JsonNode warning = client.next();

      assertEquals("auth_expiring", warning.path("op").asText());
      assertEquals(exp, warning.path("exp").asLong());
      assertTrue(entered < exp * 1000 - 60_000, "the warning was not due when it entered");
      assertTrue(now() >= exp * 1000 - 60_050, "the warning came early");
    }
  }

  @Test
  void warnsAtOnceIfLessRemainsAndClosesFiveSecondsAfterTheEnd() throws IOException {
    long exp = now() / 1000 + 1;
    try (Client client = client("ann", exp, ALL)) {
      assertEquals("auth_expiring", client.next().path("op").asText());
      client.subscribe("demo.room");

      assertClosedInTime(client, exp);
    }
  }

  @Test
  void hundredsOfSocketsEndInTimeAndThoseThatGetANewTokenLiveOn() throws Exception {
    int sockets = 500;
    long first = now() / 1000 + 8;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Client> renewed = new ArrayList<>();
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < sockets; i++) {
        String user = "u" + i;
        long exp = first + i % 3;
        Client client = client(user, exp, ALL);
        client.subscribe("demo.crowd");
        if (i % 2 == 0) {
          renewed.add(client);
          ends.add(
              threads.submit(
                  () -> {
                    assertEquals(exp + 3600, renew(client, user, exp + 3600, ALL));
                    return null;
                  }));
        } else {
          ends.add(
              threads.submit(
                  () -> {
                    assertClosedInTime(client, exp);
                    client.close();
                    return null;
                  }));
        }
      }
      for (Future<?> end : ends) {
        end.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
      Awaitility.await().until(() -> now() > (first + 2) * 1000 + 6_500);

      for (Client client : renewed) {
        client.ask("{\"op\":\"unsub\",\"id\":2,\"ch\":\"demo.crowd\"}", "unsubbed");
        client.close();
      }
    }
    Awaitility.await().until(() -> stand.server().connections().count() == 0);
  }

  @Test
  void aShorterTokenEndsTheSocketEarlier() throws IOException {
    try (Client client = client("ann", now() / 1000 + 3600, ALL)) {
      long exp = now() / 1000 + 2;

      renew(client, "ann", exp, ALL);

      assertEquals(exp, client.await("auth_expiring").path("exp").asLong());
      assertClosedInTime(client, exp);
    }
  }

  @Test
  void aTokenThatHasEndedIsReplacedWithinTheGrace() throws IOException {
    long exp = now() / 1000 + 1;
    try (Client client = client("ann", exp, ALL)) {
      Awaitility.await().until(() -> now() > exp * 1000 + 500);

      renew(client, "ann", exp + 3600, ALL);
      Awaitility.await().until(() -> now() > exp * 1000 + 6_000);

      client.subscribe("demo.room");
    }
  }

  @ParameterizedTest
  @CsvSource({"bob, ", "ann, other"})
  void theTokenOfAnotherUserIsRefusedAndTheSocketKeepsItsOwn(String sub, String tenant)
      throws Exception {
    long exp = now() / 1000 + 3600;
    try (Client client = client("ann", exp, new Channels(List.of("demo.ann"), List.of()))) {
      String token = token(sub, Optional.ofNullable(tenant), exp + 9, ALL);

      JsonNode refusal = client.ask(auth(token), "error");

      assertEquals("bad_auth", refusal.path("code").asText());
      assertEquals(7, refusal.path("id").asInt());
      assertEquals("subject: not the user of this connection", refusal.path("message").asText());
      client.subscribe("demo.ann");
      JsonNode other = client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.x\"}", "sub_failed");
      assertEquals("forbidden", other.path("reason").asText());
      Selection hers = new Selection(Optional.empty(), Optional.of("ann"), Optional.empty(), 1);
      Roster roster = new Roster(stand.server().connections());
      assertEquals(exp, roster.live(hers, Duration.ofSeconds(5)).rows().getFirst().exp());
    }
  }

  @Test
  void aTokenThatDoesNotHoldIsRefusedByTheNameOfTheCheck(@TempDir Path elsewhere)
      throws IOException {
    TokenIssuer stranger =
        TokenIssuer.create(
            elsewhere.resolve("issuer.jwk"),
            elsewhere.resolve("jwks.json"),
            InstantSource.system());
    Grant grant = grant("ann", Optional.empty(), 60, ALL);
    String good = stand.edge().token(grant);
    try (Client client = client("ann", now() / 1000 + 3600, ALL)) {
      assertRefused(client, "parse", "nonsense");
      assertRefused(client, "key", stranger.issue(grant));
      assertRefused(client, "signature", good.substring(0, good.lastIndexOf('.') + 1) + "AAAA");
      assertRefused(client, "expired", token("ann", Optional.empty(), now() / 1000 - 1, ALL));

      assertEquals(
          "bad_request", client.ask("{\"op\":\"auth\",\"id\":7}", "error").path("code").asText());
      client.subscribe("demo.room");
    }
  }

  @Test
  void whatTheNewTokenDoesNotAllowEndsAndWhatItAllowsBegins() throws IOException {
    Channels before = new Channels(List.of("demo.a", "demo.b"), List.of("demo.a"));
    Channels after = new Channels(List.of("demo.b", "demo.c"), List.of("demo.b"));
    try (Client client = client("ann", now() / 1000 + 3600, before)) {
      client.ask("{\"op\":\"sub\",\"id\":11,\"ch\":\"demo.a\"}", "subbed");
      client.ask("{\"op\":\"sub\",\"id\":12,\"ch\":\"demo.b\"}", "subbed");

      renew(client, "ann", now() / 1000 + 3600, after);

      JsonNode ended = client.next();
      assertEquals(
          "{\"op\":\"unsubbed\",\"ch\":\"demo.a\",\"reason\":\"forbidden\"}", ended.toString());
      assertEquals("forbidden", publish(client, "demo.a", "error").path("code").asText());
      client.send("{\"op\":\"pub\",\"id\":3,\"ch\":\"demo.b\",\"data\":1}");
      List<String> both =
          List.of(client.next().path("op").asText(), client.next().path("op").asText());
      assertTrue(both.containsAll(List.of("msg", "pubbed")), both.toString());
      JsonNode again = client.ask("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.a\"}", "sub_failed");
      assertEquals("forbidden", again.path("reason").asText());
      client.subscribe("demo.c");
    }
  }

  @Test
  void eachTokenCountsAsAMessage() throws IOException {
    try (Client client = client("ann", now() / 1000 + 3600, ALL)) {
      String one = auth("nonsense");

      client.send("[" + (one + ",").repeat(120) + one + "]");

      assertEquals("close 4102 r=rate_limited", client.peer().read(8).toString());
    }
  }

  @Test
  void onlyOneTokenOfASocketIsVerifiedAtATime() throws IOException {
    try (Client client = client("ann", now() / 1000 + 3600, ALL)) {
      String token = token("ann", Optional.empty(), now() / 1000 + 3600, ALL);

      client.send("[" + (auth(token) + ",").repeat(9) + auth(token) + "]");

      int authed = 0;
      for (int i = 0; i < 10; i++) {
        JsonNode answer = client.next();
        if (answer.path("op").asText().equals("authed")) {
          authed++;
        } else {
          assertEquals("unavailable", answer.path("code").asText());
          assertEquals(1000, answer.path("retry_ms").asInt());
        }
      }
      assertTrue(authed >= 1, "the first is verified");
    }
  }

  @Test
  void countsNewTokensByWhatCameOfThem() throws IOException {
    try (Client client = client("ann", now() / 1000 + 3600, ALL)) {
      renew(client, "ann", now() / 1000 + 3600, ALL);
      assertRefused(client, "parse", "nonsense");
    }

    String metrics = stand.metrics();
    assertTrue(metrics.contains("mooring_renewals_total{outcome=\"renewed\"}"), metrics);
    assertTrue(metrics.contains("mooring_renewals_total{outcome=\"parse\"}"), metrics);
  }

  private static Client client(String user, long exp, Channels channels) throws IOException {
    Edge edge = stand.edge();
    String header = edge.header(Edge.expiring(Edge.with(edge.identity(user), channels), exp));
    Client client = Client.open(stand.port(), "/ws", header);
    client.peer().socket().setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  /** Renews, and tells until when. */
  private static long renew(Client client, String user, long exp, Channels channels)
      throws IOException {
    String token = token(user, Optional.empty(), exp, channels);
    JsonNode answer = client.ask(auth(token), "authed");
    assertEquals(7, answer.path("id").asInt());
    return answer.path("exp").asLong();
  }

  private static void assertRefused(Client client, String step, String token) throws IOException {
    JsonNode refusal = client.ask(auth(token), "error");
    String text = refusal.toString();
    assertEquals("bad_auth", refusal.path("code").asText(), text);
    assertEquals(step + ": this check of the token failed", refusal.path("message").asText());
    assertFalse(text.contains(token), text);
  }

  private static void assertClosedInTime(Client client, long exp) throws IOException {
    Frame close = client.peer().read(8);
    long late = now() - exp * 1000;

    assertEquals("close 4105 r=token_expired", close.toString());
    assertTrue(late >= 5_000 && late <= 6_000, late + " ms after exp");
  }

  private static JsonNode publish(Client client, String channel, String op) throws IOException {
    return client.ask("{\"op\":\"pub\",\"id\":3,\"ch\":\"" + channel + "\",\"data\":1}", op);
  }

  private static String auth(String token) {
    return "{\"op\":\"auth\",\"id\":7,\"token\":\"" + token + "\"}";
  }

  /** The issuer counts from the whole second that it is in, which must be the grant's. */
  private static String token(String sub, Optional<String> tenant, long exp, Channels channels) {
    while (true) {
      long second = now() / 1000;
      String token = stand.edge().token(grant(sub, tenant, exp - second, channels));
      if (now() / 1000 == second) {
        return token;
      }
    }
  }

  private static Grant grant(String sub, Optional<String> tenant, long seconds, Channels channels) {
    return new Grant(sub, tenant, "client", channels, Duration.ofSeconds(seconds));
  }

  private static long now() {
    return System.currentTimeMillis();
  }
}
