package io.mooring.server;

import static io.mooring.server.ApiStand.NEWS;
import static io.mooring.server.ApiStand.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.stand.Publisher;
import io.mooring.server.stand.Publisher.Answer;
import io.mooring.token.Channels;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what with {@code /api/v1}: API keys, tokens, and identities that the edge signed. */
class ApiCredentialsTest {
  @TempDir private Path folder;
  private ApiStand stand;

  @BeforeEach
  void start() throws IOException {
    stand = new ApiStand(folder);
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void anApiKeyPublishesUnderItsNameOnItsChannelsOnly() throws Exception {
    try (Publisher desk = stand.publisher("x-api-key", stand.key.key());
        Publisher thief = stand.publisher("x-api-key", "desk." + "A".repeat(43))) {
      desk.publish("{\"ch\":\"demo.room\",\"data\":1}");

      assertEquals(
          "desk",
          stand.press.get("channels/demo.room/history").json().at("/publications/0/from").asText());
      assertRefused(
          403, "forbidden", desk.ask("POST", "publish", "{\"ch\":\"small.x\",\"data\":1}"));
      assertRefused(403, "forbidden", desk.get("channels/demo.room"));
      assertRefused(401, "bad_auth", thief.get("channels/demo.room"));
    }
  }

  @Test
  void aTokenNeedsTheRoleAndTheRight() throws Exception {
    Channels none = Channels.NONE;
    try (Publisher client = stand.bearer("client", NEWS);
        Publisher admin = stand.bearer("admin", NEWS);
        Publisher mute = stand.bearer("publisher", none);
        Publisher forged =
            stand.publisher("authorization", "Bearer " + stand.token("admin", NEWS) + "AA");
        Publisher basic = stand.publisher("authorization", "Basic eDp5");
        Publisher two = stand.publisher("authorization", "Bearer x", "x-api-key", stand.key.key());
        Publisher nobody = stand.publisher()) {
      String body = "{\"ch\":\"demo.room\",\"data\":1}";

      admin.publish(body);
      admin.publish("{\"ch\":\"own.press-1\",\"data\":1}");
      assertRefused(
          403, "forbidden", admin.ask("POST", "publish", "{\"ch\":\"own.press-2\",\"data\":1}"));
      assertRefused(403, "role", client.ask("POST", "publish", body));
      assertRefused(403, "forbidden", mute.ask("POST", "publish", body));
      assertRefused(401, "bad_auth", forged.ask("POST", "publish", body));
      assertRefused(401, "bad_auth", basic.ask("POST", "publish", body));
      assertRefused(401, "credentials_many", two.ask("POST", "publish", body));
      Answer refused = nobody.ask("POST", "publish", body);
      assertRefused(401, "credentials_missing", refused);
      assertEquals("Bearer realm=\"mooring\"", refused.header("www-authenticate").orElse(""));
    }
  }

  @Test
  void everyRoleReadsTheChannelsOfItsTokenAndChangesNothing() throws Exception {
    stand.press.publish("{\"ch\":\"demo.room\",\"data\":1,\"key\":\"k\"}");
    try (Publisher client = stand.bearer("client", NEWS);
        Publisher stranger = stand.bearer("client", Channels.NONE);
        Publisher edge = stand.publisher()) {
      for (String page : List.of("", "/history", "/snapshot")) {
        assertEquals(200, client.get("channels/demo.room" + page).status());
        assertRefused(403, "forbidden", stranger.get("channels/demo.room" + page));
      }
      assertEquals(
          200,
          edge.get(
                  "channels/demo.room/snapshot",
                  "x-mooring-identity",
                  identity("GET /api/v1/channels/demo.room/snapshot", "client"))
              .status());
      assertRefused(
          403,
          "role",
          client.ask("PUT", "channels/demo.room/snapshot/complete", "{\"epoch\":\"e\"}"));
      assertRefused(403, "role", client.ask("POST", "publish/batch", "[]"));
    }
  }

  @Test
  void anIdentityOfTheEdgeIsGoodForItsRequestOnce() throws Exception {
    String body = "{\"ch\":\"demo.room\",\"data\":1}";
    String name = "x-mooring-identity";
    try (Publisher edge = stand.publisher()) {
      String good = identity("POST /api/v1/publish", "publisher");

      assertEquals(200, edge.ask("POST", "publish", body, name, good).status());
      assertRefused(403, "identity_replayed", edge.ask("POST", "publish", body, name, good));
      assertRefused(
          503,
          "unavailable",
          edge.ask("POST", "publish", body, name, good, "x-envoy-attempt-count", "2"));
      for (String other :
          List.of("/api/v1/publish", "GET /api/v1/publish", "POST /api/v1/publish/batch", "/ws")) {
        assertRefused(
            403,
            "identity_path",
            edge.ask("POST", "publish", body, name, identity(other, "publisher")));
      }
      assertRefused(
          403,
          "role",
          edge.ask("POST", "publish", body, name, identity("POST /api/v1/publish", "client")));
      assertRefused(403, "identity_invalid", edge.ask("POST", "publish", body, name, "1.k1.x.y"));
      assertRefused(
          403,
          "identity_path",
          edge.get("connections", name, identity("GET /api/v1/connections", "admin")));
      assertEquals(
          "press-2",
          stand.press.get("channels/demo.room/history").json().at("/publications/0/from").asText());
    }
  }

  /** An identity as an auth-filter signs it for a request. */
  private String identity(String asked, String role) {
    Identity any = stand.server.edge().identity("press-2");
    String header =
        stand
            .server
            .edge()
            .header(
                new Identity(
                    any.sub(),
                    any.tenant(),
                    role,
                    NEWS,
                    any.exp(),
                    any.jti(),
                    any.kid(),
                    "",
                    any.base(),
                    asked,
                    any.iat(),
                    IdentitySigner.nonce(),
                    0,
                    Optional.empty()));
    return header.substring(header.indexOf(' ') + 1);
  }
}
