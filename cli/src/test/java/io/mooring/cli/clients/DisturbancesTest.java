package io.mooring.cli.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.cli.terminal.Terminal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DisturbancesTest {
  private static final long BEGAN = 1_000;

  private final Tally tally = new Tally();
  private final Disturbances disturbances = new Disturbances(tally);

  private static long after(long millis) {
    return BEGAN + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void itIsOverTwoSecondsAfterAllHaveSettledAndIsToldOnce() {
    disturbances.lost("app-1", BEGAN);
    disturbances.returned("app-2", after(700), nanos(700));

    assertEquals(Optional.empty(), disturbances.over(true, after(2_699)));
    assertEquals(Optional.empty(), disturbances.over(false, after(9_000)));
    assertEquals(Map.of("app-1", 1), disturbances.over(true, after(2_700)).orElseThrow().lost());
    assertEquals(Optional.empty(), disturbances.over(true, after(9_000)));
  }

  @Test
  void withoutAnEventThereIsNone() {
    assertEquals(Optional.empty(), disturbances.over(true, after(9_000)));
  }

  @Test
  void messagesOfBeforeDoNotCount() {
    tally.lost.add(5);
    tally.replayed.add(7);
    disturbances.asked(BEGAN);
    tally.replayed.add(3);
    disturbances.moved("app-1", "app-2", after(10));

    Disturbance over = disturbances.over(true, after(5_000)).orElseThrow();

    assertEquals(new Disturbance.Counts(3, 0, 0), over.counts());
  }

  @Test
  void timesAreThoseOfTheClientsWhoLostTheirSockets() {
    disturbances.lost("app-1", BEGAN);
    for (long millis = 100; millis <= 1_000; millis += 100) {
      disturbances.returned("app-2", after(millis), nanos(millis));
    }
    disturbances.moved("app-3", "app-2", after(1_100));

    Disturbance over = disturbances.over(true, after(5_000)).orElseThrow();

    assertEquals(500, over.backWithin(0.5));
    assertEquals(1_000, over.backWithin(0.99));
    assertEquals(Map.of("app-2", 11L), over.byServer());
  }

  @Test
  void peopleAreToldWhoArrivedWhereAndWhen() {
    disturbances.lost("app-1", BEGAN);
    disturbances.lost("app-1", after(1));
    disturbances.returned("app-2", after(50), nanos(50));
    disturbances.returned("app-3", after(250), nanos(249));
    tally.replayed.add(4);

    List<String> lines =
        new TextDisplay(new Terminal(System.out, System.err, false, false, 80))
            .lines(disturbances.over(true, after(5_000)).orElseThrow());

    assertEquals(
        List.of(
            "sockets lost: app-1 2",
            "  arrived at app-2 1, app-3 1, at most 2 in a second · without a socket for 0.1 s"
                + " (half), 0.2 s (99 %)",
            "     0.0 s  " + "█".repeat(30) + " 1",
            "     0.1 s  " + "░".repeat(30) + " 0",
            "     0.2 s  " + "█".repeat(30) + " 1",
            "  replayed 4 · lost 0 · doubled 0"),
        lines);
  }
}
