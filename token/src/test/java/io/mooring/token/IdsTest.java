package io.mooring.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "app-1", "APP_1", "0", "-", "_"})
  void anIdOfTheGrammarIsTaken(String id) {
    assertTrue(Ids.valid(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "a.b", "a/b", "a\\b", "a b", " a", "a\n", "a\0", "%61", "%2e%2e", "%2f",
        "%00", "a%0d%0a", "a;v=1", "ä", "а", "a:1", "a@b", "a+b", "{a}", "*"
      })
  void anythingElseIsRefusedAndNeverRepaired(String id) {
    assertFalse(Ids.valid(id));
  }

  @Test
  void anIdHasAtMost64Characters() {
    assertTrue(Ids.valid("x".repeat(64)));
    assertFalse(Ids.valid("x".repeat(65)));
    assertFalse(Ids.valid("x".repeat(4096)));
  }

  @Test
  void aRefusalNamesWhatTheValueAndTheGrammar() {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> Ids.require("server_id", "app\r\n1"));

    assertEquals("server_id \"app??1\" does not fit [A-Za-z0-9_-]{1,64}", refusal.getMessage());
  }
}
