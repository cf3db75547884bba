package io.mooring.controlplane.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  private static final String CONN = "A".repeat(43);

  @Test
  void aPinnedUrlNamesServerAndConnection() {
    Optional<Target.Url.Pin> pin = Optional.of(new Target.Url.Pin("app-2", CONN));

    assertEquals(
        new Target.Url(pin, Optional.empty(), "edge.example.com:8443"),
        Target.parse("wss://edge.example.com:8443/ws/app-2/" + CONN));
    assertEquals(new Target.Url(pin, Optional.empty(), ""), Target.parse("/ws/app-2/" + CONN));
    assertEquals(
        new Target.Url(pin, Optional.empty(), "[::1]:8080"),
        Target.parse("ws://[::1]:8080/ws/app-2/" + CONN + "?v=1"));
  }

  @Test
  void aUrlMayAskForAService() {
    assertEquals(
        new Target.Url(Optional.empty(), Optional.of("chat"), "edge"),
        Target.parse("wss://edge/ws?v=1&service=chat"));
    assertEquals(new Target.Url(Optional.empty(), Optional.empty(), ""), Target.parse("/ws"));
  }

  @Test
  void withoutASlashItIsAConnectionOrAUser() {
    assertEquals(new Target.Conn(CONN), Target.parse(CONN));
    assertEquals(new Target.User("ann"), Target.parse("ann"));
    assertEquals(new Target.User("auth0|17@x"), Target.parse("auth0|17@x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "wss://edge/",
        "wss://edge/wsx",
        "/ws/app-2",
        "/ws/app-2/c/d",
        "/ws/../c",
        "ftp://edge/ws",
        "/ws?service=No_Such",
      })
  void anythingElseIsNone(String text) {
    assertThrows(IllegalArgumentException.class, () -> Target.parse(text));
  }
}
