package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import io.mooring.programs.Valkey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Valkey forgets everything, or some of it, under 2,000 clients and 300 messages a second. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LostRedisTest {
  /** Longer than a lease lives: whoever was forgotten would be gone by then. */
  private static final Duration WATCH = Duration.ofSeconds(15);

  private static final Duration LIVE_AGAIN = Duration.ofSeconds(5);

  /** By how much the replica is behind that is promoted. */
  private static final Duration LAG = Duration.ofSeconds(2);

  /** Clients that come back with what they had while and after the log is lost. */
  private static final int CUTS = 200;

  private static final int CUTS_PER_SECOND = 20;
  private static final String ROLLED_BACK = "epoch_changed";

  /** What a Redis explains that cannot be asked, or that has forgotten something. */
  private static final Set<String> EXPLAINED = Set.of(ROLLED_BACK, "log_unavailable");

  private static final long SEED = 62;

  @TempDir static Path state;
  @AutoClose private static @Nullable Valkey replica;
  @AutoClose private static Tier tier;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL.withRollbacks(), Seed.or(SEED));
    crowd.gather().publish();
  }

  @Test
  @Order(1)
  void flushingEverythingLosesNoServerAndNoSocket() throws Exception {
    try (RollCall roll = RollCall.begin(tier)) {
      crowd.clearCounts();

      try (RedisConnection redis = tier.redis()) {
        assertEquals("OK", redis.ask("FLUSHALL"));
      }

      watch("FLUSHALL", roll, crowd.nextAcknowledgement());
    }
  }

  @Test
  @Order(2)
  void anOlderDumpLosesNoServerAndNoSocket() throws Exception {
    Dump older = Dump.of(tier);
    tier.mooring("dev", "add");
    crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
    try (RollCall roll = RollCall.begin(tier)) {
      crowd.clearCounts();

      tier.kill("valkey");
      older.restore();
      CompletableFuture<Long> acknowledged = crowd.nextAcknowledgement();
      tier.start("valkey");

      watch("Valkey from an older dump", roll, acknowledged);
    }
  }

  @Test
  @Order(3)
  void promotingAReplicaThatLagsLosesNoServerAndNoSocket() throws Exception {
    String port = String.valueOf(tier.redisPort());
    replica = Valkey.start(state.resolve("replica"));
    try (RedisConnection promoted = RedisConnection.open(replica.url());
        RollCall roll = RollCall.begin(tier)) {
      promoted.ask("REPLICAOF", "127.0.0.1", port);
      await(() -> promoted.ask("INFO", "replication").contains("master_link_status:up"));
      // From here on it hears nothing more; what is acknowledged now, only the primary has.
      promoted.ask("REPLICAOF", "NO", "ONE");
      long lagsSince = System.nanoTime();
      await(() -> System.nanoTime() - lagsSince >= LAG.toNanos());
      crowd.clearCounts();

      tier.kill("valkey");
      CompletableFuture<Long> acknowledged = crowd.nextAcknowledgement();
      promoted.ask("CONFIG", "SET", "port", port);

      watch("a replica %d s behind, promoted".formatted(LAG.toSeconds()), roll, acknowledged);
    }
  }

  @Test
  @Order(4)
  void everyLossWasTold() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("lost Redis: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertTrue(EXPLAINED.containsAll(verdict.reasons()), verdict::figures);
    assertTrue(verdict.resumes().containsKey(ROLLED_BACK), "nobody resumed from a lost place");
    assertTrue(verdict.told().containsKey(ROLLED_BACK), "no log was lost");
    assertTrue(verdict.recovered() > 0, verdict::figures);
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }

  private static void watch(String fault, RollCall roll, CompletableFuture<Long> acknowledged)
      throws Exception {
    long began = System.nanoTime();
    CompletableFuture<Void> cuts = crowd.cut(CUTS, CUTS_PER_SECOND);
    long live = acknowledged.get(30, TimeUnit.SECONDS) - began;
    Awaitility.await()
        .atMost(WATCH.multipliedBy(2))
        .until(() -> System.nanoTime() - began >= WATCH.toNanos());
    cuts.get(10, TimeUnit.SECONDS);
    crowd.awaitSettled();
    Report report = crowd.report();
    System.out.printf(
        "%s: %d sockets closed, published again after %d ms; %s%n",
        fault, report.socketsClosed(), TimeUnit.NANOSECONDS.toMillis(live), roll.figures());
    assertEquals(Set.of(), roll.missing());
    assertEquals(Map.of(), report.closed());
    assertTrue(live <= LIVE_AGAIN.toNanos(), () -> "published after " + live + " ns");
  }
}
