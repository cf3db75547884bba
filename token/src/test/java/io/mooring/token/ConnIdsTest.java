package io.mooring.token;

import static io.mooring.token.Fixtures.keys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnIdsTest {
  private final ConnIds conns = new ConnIds(keys("k1"));

  @Test
  void aMintedIdBelongsToItsSubjectAlone() {
    String id = conns.mint("u17");

    assertTrue(conns.belongsTo(id, "u17"));
    assertFalse(conns.belongsTo(id, "u18"));
    assertFalse(conns.belongsTo(id, ""));
  }

  @Test
  void anIdFitsTheGrammarAndIsNeverTheSame() {
    String id = conns.mint("u17");

    assertEquals(43, id.length());
    assertTrue(Ids.valid(id));
    assertNotEquals(id, conns.mint("u17"));
  }

  @Test
  void noSingleCharacterCanBeChanged() {
    String id = conns.mint("u17");

    for (int i = 0; i < id.length(); i++) {
      char other = id.charAt(i) == 'A' ? 'B' : 'A';
      assertFalse(conns.belongsTo(id.substring(0, i) + other + id.substring(i + 1), "u17"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "AAAA", "not/base64", "c1", "ü"})
  void whatIsNoMintedIdBelongsToNobody(String id) {
    assertFalse(conns.belongsTo(id, "u17"));
  }

  @Test
  void anIdOutlivesTheRotationOfTheKey() {
    String id = conns.mint("u17");

    assertTrue(new ConnIds(keys("k2", "k1")).belongsTo(id, "u17"));
    assertFalse(new ConnIds(keys("k2")).belongsTo(id, "u17"));
  }
}
