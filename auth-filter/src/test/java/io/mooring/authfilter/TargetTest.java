package io.mooring.authfilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @Test
  void aFirstConnectHasNoPin() {
    Target target = Target.parse("/ws");

    assertEquals("/ws", target.path());
    assertNull(target.pin());
    assertFalse(target.query().present());
  }

  @Test
  void aPinnedPathNamesServerAndConnection() {
    Target target = Target.parse("/ws/app-1/c_2?x=/ws/a/b");

    assertEquals("/ws/app-1/c_2", target.path());
    assertEquals(new Target.Pin("app-1", "c_2"), target.pin());
    assertTrue(target.query().present());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "ws",
        "//ws",
        "/WS",
        "/wsx",
        "/wsx/app-1/c1",
        "/ws/",
        "/ws//",
        "/ws//c1",
        "/ws/app-1",
        "/ws/app-1/",
        "/ws/app-1/c1/",
        "/ws/app-1/c1/x",
        "/ws/app-1//c1",
        "/ws/../admin",
        "/ws/./c1",
        "/ws/../c1",
        "/ws/app-1/..",
        "/ws/%2e%2e/admin",
        "/ws/%2e%2e/%2e%2e",
        "/ws/app-1%2fc1",
        "/ws/app-1%2Fc1/x",
        "/ws/app-1/%5c",
        "/ws/app-1\\c1",
        "\\ws",
        "/ws/app-1/c1;x=1",
        "/ws;x=1",
        "/ws/app-1;x/c1",
        "/ws/app%00/c1",
        "/ws/app-1/c1%0d%0aX:y",
        "/ws/app-1/c1\r\nX: y",
        "/ws/app-1/c1\0",
        "/ws/%61pp-1/c1",
        "/ws/%2561pp-1/c1",
        "/ws/app%c0%ae/c1",
        "/ws/äpp/c1",
        "/ws/app-1/c1#x",
        "/ws#x",
        "/ws /app-1/c1",
        "/ws/app 1/c1",
        "/api/v1/publish",
        "http://localhost/ws",
        "*"
      })
  void everyOtherPathIsRefused(String target) {
    Refused.by(Refusal.Kind.FORBIDDEN, "path", () -> Target.parse(target));
  }

  @Test
  void anOverlongIdIsRefused() {
    String most = "x".repeat(64);

    assertEquals(new Target.Pin(most, most), Target.parse("/ws/" + most + "/" + most).pin());
    for (int length : new int[] {65, 4096}) {
      String longer = "x".repeat(length);
      Refused.by(Refusal.Kind.FORBIDDEN, "path", () -> Target.parse("/ws/" + longer + "/c"));
      Refused.by(Refusal.Kind.FORBIDDEN, "path", () -> Target.parse("/ws/s/" + longer));
    }
  }

  @Test
  void whateverIsTakenFitsTheGrammar() {
    Pattern grammar = Pattern.compile("/ws(?:/[A-Za-z0-9_-]{1,64}/[A-Za-z0-9_-]{1,64})?");
    String alphabet = "//wwssaZ0-_.%;\\ ";
    Random random = new Random(7);
    int taken = 0;

    for (int i = 0; i < 50_000; i++) {
      StringBuilder path = new StringBuilder("/ws");
      for (int length = random.nextInt(7); length > 0; length--) {
        path.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      boolean expected = grammar.matcher(path).matches();
      assertEquals(expected, isTaken(path.toString()), path.toString());
      taken += expected ? 1 : 0;
    }
    assertTrue(taken > 1000);
  }

  private static boolean isTaken(String target) {
    try {
      Target.parse(target);
      return true;
    } catch (RefusedException refused) {
      return false;
    }
  }
}
