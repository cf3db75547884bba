package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
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
  private static final long SEED = 62;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL.withRollbacks(), SEED);
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
    Path data = state.resolve("data/valkey");
    Path aside = state.resolve("older");
    try (RedisConnection redis = tier.redis()) {
      redis.ask("WAITAOF", "1", "0", "1000");
    }
    copy(data, aside);
    tier.mooring("dev", "add");
    crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
    try (RollCall roll = RollCall.begin(tier)) {
      crowd.clearCounts();

      tier.kill("valkey");
      delete(data);
      copy(aside, data);
      CompletableFuture<Long> acknowledged = crowd.nextAcknowledgement();
      tier.start("valkey");

      watch("Valkey from an older dump", roll, acknowledged);
    }
  }

  @Test
  @Order(3)
  void everyLossWasTold() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("lost Redis: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertFalse(verdict.told().isEmpty(), "no log was lost");
  }

  private static void watch(String fault, RollCall roll, CompletableFuture<Long> acknowledged)
      throws Exception {
    long began = System.nanoTime();
    long live = acknowledged.get(30, TimeUnit.SECONDS) - began;
    Awaitility.await()
        .atMost(WATCH.multipliedBy(2))
        .until(() -> System.nanoTime() - began >= WATCH.toNanos());
    Report report = crowd.report();
    System.out.printf(
        "%s: %d sockets closed, published again after %d ms; %s%n",
        fault, report.socketsClosed(), TimeUnit.NANOSECONDS.toMillis(live), roll.figures());
    assertEquals(Set.of(), roll.missing());
    assertEquals(Map.of(), report.closed());
    assertTrue(live <= LIVE_AGAIN.toNanos(), () -> "published after " + live + " ns");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException vanished) {
      throw vanished.getCause();
    }
  }
}
