package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.presence.Tally.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TallyTest {
  private final Map<String, Integer> sockets = new HashMap<>();
  private final Tally tally = new Tally(sockets);

  /** With so many sockets, and so many lost ones that are waited for until 10. */
  @ParameterizedTest(name = "{0} sockets, {1} lost: {2} -> {3}")
  @CsvSource({
    "0, 0, came,   ENTERS,  1, 0",
    "1, 0, came,   NOTHING, 2, 0",
    "2, 0, came,   NOTHING, 3, 0",
    "0, 1, came,   NOTHING, 1, 0",
    "0, 2, came,   NOTHING, 1, 1",
    "1, 1, came,   NOTHING, 2, 0",
    "1, 2, came,   NOTHING, 2, 1",
    "0, 0, closed, NOTHING, -, 0",
    "1, 0, closed, EXITS,   -, 0",
    "2, 0, closed, NOTHING, 1, 0",
    "0, 1, closed, NOTHING, 0, 1",
    "1, 1, closed, NOTHING, 0, 1",
    "2, 1, closed, NOTHING, 1, 1",
    "0, 0, lost,   NOTHING, -, 0",
    "1, 0, lost,   NOTHING, 0, 1",
    "2, 0, lost,   NOTHING, 1, 1",
    "0, 1, lost,   NOTHING, 0, 1",
    "1, 1, lost,   NOTHING, 0, 2",
    "0, 0, due 9,  NOTHING, -, 0",
    "1, 0, due 9,  NOTHING, 1, 0",
    "0, 1, due 9,  NOTHING, 0, 1",
    "1, 1, due 9,  NOTHING, 1, 1",
    "0, 0, due 10, NOTHING, -, 0",
    "1, 0, due 10, NOTHING, 1, 0",
    "0, 1, due 10, EXITS,   -, 0",
    "0, 2, due 10, EXITS,   -, 0",
    "1, 1, due 10, NOTHING, 1, 0",
  })
  void decides(int before, int lost, String event, Outcome outcome, String after, int lostAfter) {
    for (int i = 0; i < before + lost; i++) {
      tally.came("ann");
    }
    for (int i = 0; i < lost; i++) {
      assertTrue(tally.lost("ann", 10));
    }

    assertEquals(outcome, happens(event));

    assertEquals(after, sockets.containsKey("ann") ? "" + sockets.get("ann") : "-");
    assertEquals(!after.equals("-"), tally.has("ann"));
    assertEquals(lostAfter, tally.lost("ann"));
  }

  @Test
  void waitsUntilTheLastLostSocketIsDue() {
    tally.came("ann");
    tally.came("ann");
    tally.lost("ann", 10);
    tally.lost("ann", 12);

    assertEquals(Outcome.NOTHING, tally.due("ann", 10));
    assertEquals(Outcome.EXITS, tally.due("ann", 12));
  }

  @Test
  void waitsAnewForOneThatCameBackAndWasLostAgain() {
    tally.came("ann");
    tally.lost("ann", 10);
    tally.came("ann");
    tally.lost("ann", 15);

    assertEquals(Outcome.NOTHING, tally.due("ann", 10));
    assertEquals(Outcome.EXITS, tally.due("ann", 15));
  }

  @Test
  void keepsUsersApart() {
    tally.came("ann");
    tally.came("bob");
    tally.lost("ann", 10);

    assertEquals(Outcome.EXITS, tally.closed("bob"));
    assertEquals(Outcome.EXITS, tally.due("ann", 10));
    assertEquals(0, tally.size());
  }

  private Outcome happens(String event) {
    return switch (event) {
      case "came" -> tally.came("ann");
      case "closed" -> tally.closed("ann");
      case "due 9" -> tally.due("ann", 9);
      case "due 10" -> tally.due("ann", 10);
      default -> {
        tally.lost("ann", 10);
        yield Outcome.NOTHING;
      }
    };
  }
}
