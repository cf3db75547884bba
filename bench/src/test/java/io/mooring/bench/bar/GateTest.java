package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.absolute;
import static io.mooring.bench.bar.Gate.times;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GateTest {
  private static Round round(double mooring, double product, double engine) {
    return new Round(
        Map.of(
            Round.Role.MOORING, Map.of("x", mooring),
            Round.Role.CENTRIFUGO, Map.of("x", product),
            Round.Role.ENGINE, Map.of("x", engine)));
  }

  @Test
  void theBetterOfTheTwoCountsInEachRoundByItself() {
    Gate gate =
        Gate.atMost("x", times(0.5, Gate.Against.CENTRIFUGO), times(0.2, Gate.Against.ENGINE));

    Gate.Verdict verdict = gate.judge(List.of(round(4, 10, 20), round(4, 20, 8), round(9, 10, 12)));

    assertEquals(0.5, verdict.reached().median(), 1e-9);
    assertEquals(0.4, verdict.reached().least(), 1e-9);
    assertEquals(0.9, verdict.reached().most(), 1e-9);
    assertTrue(verdict.passed());
    assertEquals(0.5, verdict.towardsAim().median(), 1e-9);
    assertFalse(verdict.aimed());
  }

  @Test
  void moreCanBeBetter() {
    Gate gate =
        Gate.atLeast("x", times(1.3, Gate.Against.CENTRIFUGO), times(2, Gate.Against.CENTRIFUGO));

    Gate.Verdict verdict = gate.judge(List.of(round(12, 8, 10)));

    assertEquals(1.2, verdict.reached().median(), 1e-9);
    assertFalse(verdict.passed());
    assertEquals("x: 1.20 (1.20–1.20), expected ≥ 1.3× Centrifugo", verdict.line());
  }

  @Test
  void aFigureMayCountByItself() {
    Gate gate = Gate.atMost("x", absolute(5_300), absolute(3_200));

    assertTrue(gate.judge(List.of(round(5_000, 1, 1))).passed());
  }

  @Test
  void theEngineStandsForThePeersWhereTheProductIsMissing() {
    Round round =
        new Round(
            Map.of(Round.Role.MOORING, Map.of("x", 1.0), Round.Role.ENGINE, Map.of("x", 4.0)));
    Gate gate =
        Gate.atMost("x", times(0.5, Gate.Against.CENTRIFUGO), times(0.5, Gate.Against.CENTRIFUGO));

    assertEquals(0.25, gate.judge(List.of(round)).reached().median(), 1e-9);
    assertThrows(IllegalArgumentException.class, () -> round.figure(Round.Role.BARE_NETTY, "x"));
  }
}
