package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.admin.AdminException;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The leader dies or freezes in each step of a drain, under 2,000 clients. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LeaderTest {
  private static final int RATE = 150;

  /** Stragglers are closed ten seconds before it; by then all others have been told to go. */
  private static final Duration DEADLINE = Duration.ofSeconds(25);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Clients who are told to move and do not: each drain has stragglers. */
  private static final int DEAF = 60;

  private static final long SEED = 64;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Upstream relayed;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    relayed = Upstream.ofEnvoy(tier, "edge-2");
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL.withDeaf(DEAF), SEED);
    crowd.gather().publish();
  }

  @Order(1)
  @ParameterizedTest(name = "{0} while {1}")
  @CsvSource({
    "KILL, REQUESTED", "KILL, REFUSING", "KILL, MOVING", "KILL, STRAGGLERS",
    "FREEZE, REQUESTED", "FREEZE, REFUSING", "FREEZE, MOVING", "FREEZE, STRAGGLERS",
  })
  void aDrainEndsAsSpecified(Fault fault, Step step) throws Exception {
    awaitThreeServersAndALeader();
    crowd.awaitSettled();
    crowd.clearCounts();
    Map<String, Integer> before = crowd.byServer();
    String server =
        before.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    String leader = tier.leader();
    Report report;
    String next;
    int exitCode;
    boolean registered;
    try {
      // An Envoy that does not answer makes the step in which it is awaited last a second.
      relayed.hold();
      try (RedisConnection redis = tier.redis()) {
        redis.ask(
            "HSET",
            "{mooring}:server:" + server,
            "drain",
            "rate=%d deadline=%ds".formatted(RATE, DEADLINE.toSeconds()));
      }
      step.await(server);
      fault.strike(leader);
      relayed.release();
      Awaitility.await(server + " has not ended")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> tier.process(server).path("state").asText().equals("exited"));
      crowd.awaitSettled();
      report = crowd.report();
      next = tier.leader();
      exitCode = tier.process(server).path("exit_code").asInt(-1);
      registered = tier.admin().servers().stream().anyMatch(left -> left.id().equals(server));
    } finally {
      relayed.release();
      fault.heal(leader);
      if (tier.process(server).path("state").asText().equals("exited")) {
        tier.start(server);
      }
    }
    System.out.printf(
        "leader %s while %s: %d clients of %s, %d moved, %d stragglers closed, %d landed on it, exit code %d; %s leads%n",
        fault,
        step,
        before.get(server),
        server,
        report.moves(),
        report.socketsClosed(),
        report.arrivalsAt(server),
        exitCode,
        next);
    assertNotEquals(leader, next);
    assertEquals(0, report.arrivalsAt(server));
    assertTrue(Set.of("4200").containsAll(report.closed().keySet()), report::figures);
    assertTrue(report.socketsClosed() <= DEAF, report::figures);
    assertEquals(before.get(server), (int) report.moves() + report.socketsClosed());
    assertEquals(0, exitCode);
    assertFalse(registered);
  }

  @Test
  @Order(2)
  void nobodyLostAnythingUntold() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("leaders lost in drains: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertEquals(Set.of(), verdict.reasons(), verdict::figures);
  }

  private static void awaitThreeServersAndALeader() {
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(AdminException.class)
        .untilAsserted(
            () -> {
              for (String control : tier.controls()) {
                assertEquals(
                    3, tier.admin(control).servers().stream().filter(s -> s.active()).count());
                assertTrue(
                    tier.controls().contains(tier.admin(control).leader().path("holder").asText()));
              }
              for (String envoy : tier.envoys()) {
                assertEquals(3, tier.envoy(envoy).hosts().size());
              }
            });
  }

  /** What happens to the leader. */
  enum Fault {
    KILL {
      @Override
      void strike(String leader) {
        tier.kill(leader);
      }

      @Override
      void heal(String leader) {
        if (tier.process(leader).path("state").asText().equals("exited")) {
          tier.start(leader);
        }
      }
    },
    FREEZE {
      @Override
      void strike(String leader) {
        tier.freeze(leader);
      }

      @Override
      void heal(String leader) {
        if (tier.process(leader).path("state").asText().equals("frozen")) {
          tier.resume(leader);
        }
      }
    };

    abstract void strike(String leader);

    abstract void heal(String leader);
  }

  /** A step of a drain, as its progress names it. */
  enum Step {
    /** At once, before the leader has looked. */
    REQUESTED,
    REFUSING,
    MOVING,
    STRAGGLERS;

    void await(String server) {
      if (this != REQUESTED) {
        Awaitility.await(server + " is not " + this)
            .atMost(PATIENCE)
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(10))
            .ignoreException(AdminException.class)
            .until(() -> tier.admin().drain(server).path("phase").asText().equals(name()));
      }
    }
  }
}
