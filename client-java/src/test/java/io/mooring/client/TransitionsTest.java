package io.mooring.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every state and every event: what follows, what is ignored (-), what is a bug (!). */
class TransitionsTest {
  private static final String TABLE =
      """
      state,      CONNECT,    OPENED, FAILED,  DROPPED,    REFUSED, TOLD,   MOVED, DUE,        OFFLINE, ONLINE,     CLOSE
      IDLE,       CONNECTING, !,      !,       !,          !,       !,      !,     !,          -,       -,          CLOSED
      CONNECTING, -,          OPEN,   WAITING, !,          CLOSED,  !,      !,     !,          WAITING, -,          CLOSED
      OPEN,       -,          !,      WAITING, !,          CLOSED,  MOVING, !,     !,          -,       -,          CLOSED
      MOVING,     -,          !,      WAITING, CONNECTING, CLOSED,  MOVING, OPEN,  MOVING,     -,       -,          CLOSED
      WAITING,    -,          !,      !,       !,          !,       !,      !,     CONNECTING, WAITING, CONNECTING, CLOSED
      CLOSED,     CONNECTING, !,      !,       !,          !,       !,      !,     !,          -,       -,          -
      """;

  @ParameterizedTest
  @EnumSource
  void eachEventDoesInEachStateWhatTheTableSays(State state) {
    String[] rows = TABLE.strip().split("\n", -1);
    String[] events = rows[0].split(",\\s*", -1);
    String[] row = rows[state.ordinal() + 1].split(",\\s*", -1);
    assertEquals(state.name(), row[0]);
    assertEquals(Event.values().length, row.length - 1);

    for (int i = 1; i < row.length; i++) {
      Event event = Event.valueOf(events[i].strip());
      String expected = row[i].strip();
      switch (expected) {
        case "!" ->
            assertThrows(
                IllegalStateException.class, () -> Transitions.after(state, event), event.name());
        case "-" -> assertEquals(Optional.empty(), Transitions.after(state, event), event.name());
        default ->
            assertEquals(
                Optional.of(State.valueOf(expected)),
                Transitions.after(state, event),
                event.name());
      }
    }
  }

  @ParameterizedTest
  @CsvSource("WAITING, TOLD")
  void aBugSaysInWhichStateWhatHappened(State state, Event event) {
    IllegalStateException bug =
        assertThrows(IllegalStateException.class, () -> Transitions.after(state, event));

    assertTrue(String.valueOf(bug.getMessage()).contains("TOLD"));
    assertTrue(String.valueOf(bug.getMessage()).contains("WAITING"));
  }
}
