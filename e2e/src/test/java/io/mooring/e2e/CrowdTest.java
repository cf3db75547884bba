package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An app server dies under 2,000 clients and 300 messages a second. */
class CrowdTest {
  /** For the slowest of a hundred; the clients share two cores with the tier. */
  private static final Duration BAR = Duration.ofSeconds(5);

  private static final long SEED = 6;

  @TempDir Path state;

  @Test
  void theClientsOfAKilledServerComeBackAndMissNothing() throws Exception {
    try (Tier tier = Tier.up(state);
        Crowd crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL, SEED).gather().publish()) {
      System.out.printf("gathered: %s%n", crowd.report().figures());
      crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
      crowd.clearCounts();
      int orphans = crowd.byServer().getOrDefault("app-2", 0);
      assertTrue(orphans > 400, crowd.byServer()::toString);

      tier.kill("app-2");

      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> crowd.report().back().size() == orphans);
      crowd.awaitSettled();
      Report report = crowd.report();
      System.out.printf("kill -9 of a server with %d clients: %s%n", orphans, report.figures());
      assertEquals(orphans, report.socketsClosed());
      assertTrue(report.backWithin(0.99) <= BAR.toMillis(), report::figures);
      Verdict verdict = crowd.settle(0.8);
      System.out.println(verdict.figures());
      assertTrue(verdict.clean(), verdict.violations()::toString);
      assertEquals(Map.of(Verdict.RECOVERED, orphans), verdict.resumes());
      assertEquals(Map.of(), verdict.told());
    }
  }
}
