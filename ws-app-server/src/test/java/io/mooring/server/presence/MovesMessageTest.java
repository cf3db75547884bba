package io.mooring.server.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MovesMessageTest {
  @Test
  void readsJoinsAndLeavesInTheirOrder() {
    Moves moves = parse("k3 41\n+acme/ann 8\n{\"ü\":1}-bob\n+cid 0\n");

    assertEquals(
        new Moves(
            new Version("k3", 41),
            List.of(
                new Move.Join("acme/ann", "{\"ü\":1}"),
                new Move.Leave("bob"),
                new Move.Join("cid", ""))),
        moves);
    assertEquals(new Version("k3", 44), moves.after());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "k 1",
        "k 1\n",
        "k\n-a\n",
        "k x\n-a\n",
        "k -1\n-a\n",
        "k 1\n-\n",
        "k 1\n*a\n",
        "k 1\n+a\n",
        "k 1\n+a x\n",
        "k 1\n+a 3\n{}",
        "k 1\n+a -1\n",
        "k 1\n+a 4294967295\n"
      })
  void refusesAnythingElse(String foreign) {
    assertThrows(IllegalArgumentException.class, () -> parse(foreign));
  }

  private static Moves parse(String message) {
    return MovesMessage.parse(message.getBytes(UTF_8));
  }
}
