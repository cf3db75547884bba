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

/** Clients that do not keep up, where their channels conflate. */
class ConflationTest {
  private static final long SEED = 71;
  private static final int SLOW = 3;

  /** What all keys of all channels hold together is below the limit of a client's queue. */
  private static final Crowd.Shape HEAVY =
      new Crowd.Shape("heavy", 12, 8, 8, 50, 16_000, 0, false, true);

  /** As many for each slow client: more than would close it if all of them waited. */
  private static final int CONFLATED = 100;

  @TempDir Path state;

  @Test
  void aSlowConsumerStaysAndHasTheLastOfEachKeyInTheEnd() throws Exception {
    try (Tier tier = Tier.up(state)) {
      tier.configure(Tier.SELDOM_PINGS + "namespaces:\n  demo:\n    slow: conflate\n");
      try (Crowd heavy = new Crowd(tier.entrance(), HEAVY, Seed.or(SEED))) {
        heavy.gather().publish();
        heavy.nextAcknowledgement().get(10, TimeUnit.SECONDS);
        heavy.clearCounts();

        heavy.read(SLOW, false);
        Awaitility.await("messages go for newer ones")
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(500))
            .until(() -> conflated(tier) >= SLOW * CONFLATED);
        heavy.read(SLOW, true);

        Verdict verdict = heavy.settle(0.95);
        Report report = heavy.report();
        System.out.printf(
            "slow consumers that conflate: %.0f left out; %s%n", conflated(tier), report.figures());
        System.out.println("slow consumers that conflate: " + verdict.figures());
        assertTrue(verdict.clean(), verdict.violations()::toString);
        assertEquals(Map.of(), report.closed());
        assertEquals(Map.of(), verdict.resumes());
        assertEquals(Map.of(), verdict.told());
      }
    }
  }

  private static double conflated(Tier tier) throws Exception {
    double all = 0;
    for (String server : tier.admin().servers().stream().map(one -> one.id()).toList()) {
      all += tier.metric(tier.http(server), "mooring_messages_conflated_total");
    }
    return all;
  }
}
