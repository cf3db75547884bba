package io.mooring.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.mooring.server.history.Retention;
import io.mooring.token.Channels;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorizerTest {
  private final Authorizer authorizer =
      new Authorizer(new Namespaces(Map.of("demo", namespace(true), "team", namespace(false))));
  private final Channels rights =
      new Channels(List.of("team.news", "team.a.*", "team.user.$sub"), List.of("team.a.$sub.*"));

  @ParameterizedTest
  @CsvSource({
    "demo.room, GRANTED, GRANTED",
    "demo.a:b~c-d.9, GRANTED, GRANTED",
    "team.news, GRANTED, FORBIDDEN",
    "team.newsletter, FORBIDDEN, FORBIDDEN",
    "team.a.b.c, GRANTED, FORBIDDEN",
    "team.a.u1.x, GRANTED, GRANTED",
    "team.a.u2.x, GRANTED, FORBIDDEN",
    "team.user.u1, GRANTED, FORBIDDEN",
    "team.user.u2, FORBIDDEN, FORBIDDEN",
    "team, NO_SUCH_NAMESPACE, NO_SUCH_NAMESPACE",
    "other.room, NO_SUCH_NAMESPACE, NO_SUCH_NAMESPACE",
    ".room, NO_SUCH_NAMESPACE, NO_SUCH_NAMESPACE",
    "'', BAD_CHANNEL, BAD_CHANNEL",
    "demo.{1}, BAD_CHANNEL, BAD_CHANNEL",
    "demo.a b, BAD_CHANNEL, BAD_CHANNEL",
    "demo.*, BAD_CHANNEL, BAD_CHANNEL",
    "demo.a_b, GRANTED, GRANTED",
    "demo.ü, BAD_CHANNEL, BAD_CHANNEL",
    "'demo.a\r\nb', BAD_CHANNEL, BAD_CHANNEL",
  })
  void decides(String channel, Access subscribe, Access publish) {
    assertEquals(subscribe, authorizer.subscribe(rights, "u1", channel));
    assertEquals(subscribe, authorizer.read(rights, "u1", channel));
    assertEquals(publish, authorizer.publish(rights, "u1", channel));
  }

  @ParameterizedTest
  @CsvSource({"team.news", "team.a.x", "team.user.u1", "team.$sub", "team.*"})
  void grantsNothingThatTheTokenDoesNotName(String channel) {
    assertNotEquals(Access.GRANTED, authorizer.subscribe(Channels.NONE, "u1", channel));
    assertNotEquals(Access.GRANTED, authorizer.read(Channels.NONE, "u1", channel));
    assertNotEquals(Access.GRANTED, authorizer.publish(Channels.NONE, "u1", channel));
  }

  @Test
  void knowsOnlyTheNamespacesThatAreNamedWhateverTheTokenAllows() {
    Channels all = new Channels(List.of("*"), List.of("*"));

    assertEquals(Access.NO_SUCH_NAMESPACE, authorizer.subscribe(all, "u1", "other.room"));
    assertEquals(Access.NO_SUCH_NAMESPACE, authorizer.publish(all, "u1", "room"));
  }

  @ParameterizedTest
  @CsvSource({"255, GRANTED", "256, BAD_CHANNEL"})
  void limitsTheName(int length, Access access) {
    String channel = "demo." + "x".repeat(length - 5);

    assertEquals(access, authorizer.subscribe(Channels.NONE, "u1", channel));
  }

  private static Namespace namespace(boolean open) {
    return new Namespace(open, Retention.DEFAULT, SlowPolicy.DISCONNECT, false, false);
  }
}
