package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Cut;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections end, of clients and of servers, and the log does not: whoever comes back misses
 * nothing, and every resume is complete.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReconnectTest {
  private static final int RECONNECTS = 1_000;
  private static final int CUTS_PER_SECOND = 20;
  private static final int READERS_CUT = 5;
  private static final long SEED = 67;

  /** Much on few connections; each channel's replay stays below its cap for ten seconds. */
  private static final Crowd.Shape HEAVY =
      new Crowd.Shape("heavy", 12, 8, 8, 50, 16_000, 0, false, false);

  private static final int SLOW = 3;

  /**
   * Until the kernel's buffers on the way are full, were each as large as the kernel lets it be.
   */
  private static final Duration SURELY_FULL = Duration.ofSeconds(90);

  private static final String SLOW_CONSUMER = "4101";

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state);
    tier.configure(Tier.SELDOM_PINGS);
    crowd = new Crowd(tier.entrance(), Crowd.Shape.RESTLESS, Seed.or(SEED));
    crowd.gather().publish();
  }

  @Test
  @Order(1)
  void aThousandForcedReconnectsMissNothing() throws Exception {
    crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
    assertEquals(3, crowd.byServer().size(), crowd.byServer()::toString);
    crowd.clearCounts();

    crowd.cut(RECONNECTS, CUTS_PER_SECOND).get(3, TimeUnit.MINUTES);

    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> crowd.report().back().size() == RECONNECTS);
    crowd.awaitSettled();
    Report report = crowd.report();
    System.out.printf("forced reconnects: %s; resumes %s%n", report.figures(), crowd.resumes());
    assertEquals(EnumSet.allOf(Cut.class), report.forced().keySet());
    assertEquals(RECONNECTS, report.cuts());
    assertEquals(Map.of(), report.closed());
    assertEquals(Map.of(), report.subscriptionsFailed());
    assertEquals(Set.of(Verdict.RECOVERED), crowd.resumes().keySet());
    int resumes = crowd.resumes().getOrDefault(Verdict.RECOVERED, 0);
    // A few are cut again before the answer.
    assertTrue(resumes >= 0.95 * RECONNECTS * Crowd.Shape.RESTLESS.each(), () -> "" + resumes);
  }

  @Test
  @Order(2)
  void whatTheServersReadersMissIsReadFromTheLog() throws Exception {
    crowd.clearCounts();

    try (RedisConnection redis = tier.redis()) {
      for (int i = 0; i < READERS_CUT; i++) {
        Awaitility.await("every server reads again")
            .atMost(Duration.ofSeconds(30))
            .until(() -> redis.ask("CLIENT", "LIST", "TYPE", "pubsub").lines().count() >= 3);
        int cut = Integer.parseInt(redis.ask("CLIENT", "KILL", "TYPE", "pubsub"));
        assertTrue(cut >= 3, () -> cut + " readers were cut");
        crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
      }
    }

    crowd.awaitSettled();
    Report report = crowd.report();
    System.out.printf("readers cut: %s; told of losses %s%n", report.figures(), crowd.told());
    assertEquals(Map.of(), report.closed());
  }

  @Test
  @Order(3)
  void nobodyMissedAnything() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("reconnects: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertEquals(Set.of(), verdict.reasons());
    assertEquals(0, verdict.toldAbout(), verdict::figures);
  }

  @Test
  @Order(4)
  void aSlowConsumerIsClosedAndResumes() throws Exception {
    try (Crowd heavy = new Crowd(tier.entrance(), HEAVY, Seed.or(SEED))) {
      heavy.gather().publish();
      heavy.nextAcknowledgement().get(10, TimeUnit.SECONDS);
      heavy.clearCounts();

      Set<String> deaf = heavy.read(SLOW, false);

      long began = System.nanoTime();
      Awaitility.await("slow consumers are closed")
          .atMost(SURELY_FULL)
          .pollInterval(Duration.ofMillis(100))
          .ignoreException(AdminException.class)
          .untilAsserted(() -> assertEquals(deaf, slowConsumers(deaf)));
      long closed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      heavy.read(SLOW, true);
      Awaitility.await("slow consumers are back")
          .atMost(Duration.ofSeconds(30))
          .until(() -> heavy.report().back().size() == SLOW);
      heavy.awaitSettled();
      Report report = heavy.report();
      Verdict verdict = heavy.settle(0.95);
      System.out.printf("slow consumers: closed after %d ms; %s%n", closed, report.figures());
      System.out.println("slow consumers: " + verdict.figures());
      assertEquals(Map.of(SLOW_CONSUMER, SLOW), report.closed());
      assertTrue(verdict.clean(), verdict.violations()::toString);
      assertEquals(
          Map.of(Verdict.RECOVERED, SLOW * HEAVY.each()), verdict.resumes(), verdict::figures);
      assertEquals(Map.of(), verdict.told());
    }
  }

  /**
   * Those of these connections that were closed for it; sockets that were deserted before may end
   * so, too.
   */
  private static Set<String> slowConsumers(Set<String> among) {
    JsonNode closed =
        tier.admin().connections(Map.of("closed", "true", "limit", "1000")).path("connections");
    Set<String> slow = new HashSet<>();
    for (JsonNode connection : closed) {
      String id = connection.path("conn").asText();
      if (among.contains(id) && connection.path("code").asText().equals(SLOW_CONSUMER)) {
        slow.add(id);
      }
    }
    return slow;
  }
}
