package io.mooring.server;

import static io.mooring.server.ApiStand.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Publisher;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/v1/presence}: who is online, and who is where. */
class PresenceApiTest {
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
  void saysWhetherAUserIsOnlineAndWhere() throws Exception {
    assertEquals("{\"user\":\"ann\",\"online\":false,\"servers\":[]}", user("ann"));
    try (Client ann = stand.server.client("ann")) {
      awaitUser("{\"user\":\"ann\",\"online\":true,\"servers\":[\"app-1\"]}");
      ann.peer().close(1000);
    }
    awaitUser("{\"user\":\"ann\",\"online\":false,\"servers\":[]}");
  }

  @Test
  void tellsAClientOfItselfAlone() throws Exception {
    try (Publisher client = stand.bearer("client", ApiStand.NEWS);
        Publisher desk = stand.publisher("x-api-key", stand.key.key());
        Publisher nobody = stand.publisher()) {
      assertEquals("press-1", client.get("presence/users/press-1").json().path("user").asText());
      assertRefused(403, "forbidden", client.get("presence/users/ann"));
      assertEquals("ann", desk.get("presence/users/ann").json().path("user").asText());
      assertRefused(401, "credentials_missing", nobody.get("presence/users/ann"));
    }
  }

  @Test
  void tellsATenantOfItsOwnUsers() throws Exception {
    String token =
        stand
            .server
            .edge()
            .token(
                new Grant(
                    "press-1",
                    Optional.of("acme"),
                    "publisher",
                    Channels.NONE,
                    Duration.ofHours(1)));
    try (Publisher acme = stand.publisher("authorization", "Bearer " + token)) {
      String own = acme.get("presence/users/ann").json().path("user").asText();
      assertEquals("acme/ann", own);
      assertRefused(403, "forbidden", acme.get("presence/users/ann?tenant=other"));
    }
    JsonNode any = stand.press.get("presence/users/ann?tenant=acme").json();
    assertEquals("acme/ann", any.path("user").asText());
    assertRefused(400, "bad_user", stand.press.get("presence/users/a%20b"));
    assertRefused(400, "bad_request", stand.press.get("presence/users/ann?tenant=a%2Fb"));
  }

  @Test
  void pagesThroughTheMembersOfARoom() throws Exception {
    Channels demo = new Channels(List.of("demo.*"), List.of());
    for (String user : List.of("ann", "bob", "eve")) {
      Client client =
          Client.open(
              stand.server.port(),
              "/ws",
              stand
                  .server
                  .edge()
                  .header(
                      Edge.informed(
                          Edge.with(stand.server.edge().identity(user), demo), "{\"n\":1}")));
      client.subscribe("demo.room");
    }
    Awaitility.await().until(() -> room("").path("count").asInt() == 3);

    JsonNode first = room("?limit=2");
    JsonNode rest = room("?limit=2&after=" + first.path("next").asText());

    assertEquals("bob", first.path("next").asText());
    assertEquals(3, first.path("count").asInt());
    assertEquals("[{\"user\":\"eve\",\"info\":{\"n\":1}}]", rest.path("members").toString());
    assertFalse(rest.has("next"));
  }

  @Test
  void tellsOfARoomOnlyThoseWhoMayReadIt() throws Exception {
    assertRefused(404, "no_presence", stand.press.get("presence/rooms/small.a"));
    assertRefused(404, "no_such_namespace", stand.press.get("presence/rooms/nowhere.a"));
    assertRefused(400, "bad_request", stand.press.get("presence/rooms/demo.a?after=a%20b"));
    try (Publisher stranger = stand.bearer("admin", Channels.NONE)) {
      assertRefused(403, "forbidden", stranger.get("presence/rooms/demo.a"));
    }
  }

  private void awaitUser(String expected) {
    Awaitility.await().until(() -> user("ann").equals(expected));
  }

  private String user(String id) throws Exception {
    return stand.press.get("presence/users/" + id).json().toString();
  }

  private JsonNode room(String query) throws Exception {
    return stand.press.get("presence/rooms/demo.room" + query).json();
  }
}
