package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.crowd.Returners;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tier without its brain and without its memory. */
class OutageTest {
  /** Three minutes; the profile {@code long} says fifteen. */
  private static final Duration OUTAGE =
      Duration.parse(System.getProperty("mooring.outage", "PT3M"));

  private static final int PINS = 600;
  private static final int RETURNS_PER_SECOND = 60;
  private static final double BAR = 0.9999;
  private static final Duration RESUMED = Duration.ofSeconds(3);

  /** A lease's whole life and a little more: what a fresh control plane could do wrong, it did. */
  private static final Duration AFTERMATH = Duration.ofSeconds(15);

  /** What the outage took from the logs: nothing, unless it lasts longer than they are kept. */
  private static final Set<String> EXPLAINED =
      OUTAGE.compareTo(Duration.ofMinutes(5)) < 0 ? Set.of() : Set.of("ttl_expired");

  private static final long SEED = 61;

  @TempDir Path state;

  @Test
  void socketsAndPinsOutliveBothControlPlanesAndValkey() throws Exception {
    try (Tier tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
        Crowd crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL, SEED).gather();
        Returners returners = new Returners(tier.entrance()).gather(PINS)) {
      crowd.publish();
      crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
      Map<String, Set<String>> hosts = hosts(tier);
      Map<String, Map<String, Long>> memberships = memberships(tier);
      crowd.clearCounts();

      for (String part : List.of("valkey", "control-1", "control-2")) {
        tier.kill(part);
      }
      long began = System.nanoTime();
      returners.start(RETURNS_PER_SECOND);
      await(OUTAGE, () -> System.nanoTime() - began >= OUTAGE.toNanos());
      Returners.Outcome outcome = returners.stop();
      Report during = crowd.report();
      Map<String, Map<String, Long>> membershipsAfter = memberships(tier);

      CompletableFuture<Long> acknowledged = crowd.nextAcknowledgement();
      tier.start("valkey");
      long valkeyIsBack = System.nanoTime();
      String beats = beats(tier);
      bringBack(tier, "control-1", "control-2");
      long allAreBack = System.nanoTime();
      long published = acknowledged.get(30, TimeUnit.SECONDS) - valkeyIsBack;
      long written = firstWriteAfter(beats, tier) - allAreBack;
      try (RollCall roll = RollCall.begin(tier)) {
        await(AFTERMATH, () -> System.nanoTime() - allAreBack >= AFTERMATH.toNanos());
        System.out.println("after the outage: " + roll.figures());
        assertEquals(Set.of(), roll.missing());
      }
      assertEquals(memberships, memberships(tier));
      Report in = crowd.report();
      Verdict verdict = crowd.settle(0.05);

      System.out.printf(
          "outage of %d s: %d live sockets closed of %d, %d in all; endpoints of the Envoys %s%n",
          OUTAGE.toSeconds(),
          during.socketsClosed(),
          Crowd.Shape.FULL.members(),
          in.socketsClosed(),
          membershipsAfter.equals(memberships) ? "unchanged" : membershipsAfter);
      System.out.println("outage: " + outcome.figures());
      System.out.printf(
          "after the outage: first acknowledged publish %d ms, first registry write %d ms%n",
          TimeUnit.NANOSECONDS.toMillis(published), TimeUnit.NANOSECONDS.toMillis(written));
      System.out.println("outage: " + verdict.figures());
      assertEquals(Map.of(), in.closed());
      assertEquals(hosts, hosts(tier));
      assertEquals(memberships, membershipsAfter);
      assertTrue(outcome.attempts() >= 0.9 * RETURNS_PER_SECOND * OUTAGE.toSeconds());
      assertTrue(outcome.share() >= BAR, outcome::figures);
      assertTrue(published <= RESUMED.toNanos(), () -> "published after " + published + " ns");
      assertTrue(written <= RESUMED.toNanos(), () -> "written after " + written + " ns");
      assertTrue(verdict.clean(), verdict.violations()::toString);
      assertTrue(EXPLAINED.containsAll(verdict.reasons()), verdict::figures);
    }
  }

  private static void await(Duration time, java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(time.plusSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }

  private static void bringBack(Tier tier, String... parts) {
    List<CompletableFuture<Void>> starting = new ArrayList<>();
    for (String part : parts) {
      starting.add(CompletableFuture.runAsync(() -> tier.start(part)));
    }
    starting.forEach(CompletableFuture::join);
  }

  /** What stands in the registry of renewals. */
  private static String beats(Tier tier) throws IOException {
    try (RedisConnection redis = tier.redis()) {
      return redis.ask("HGETALL", "{mooring}:beats");
    }
  }

  /** When a server that renews its lease was first seen to have reached the registry. */
  private static long firstWriteAfter(String before, Tier tier) {
    await(Duration.ofSeconds(30), () -> !beats(tier).equals(before));
    return System.nanoTime();
  }

  private static Map<String, Set<String>> hosts(Tier tier) {
    Map<String, Set<String>> hosts = new HashMap<>();
    tier.envoys().forEach(envoy -> hosts.put(envoy, tier.envoy(envoy).hosts()));
    return hosts;
  }

  private static Map<String, Map<String, Long>> memberships(Tier tier) {
    Map<String, Map<String, Long>> changes = new HashMap<>();
    tier.envoys().forEach(envoy -> changes.put(envoy, tier.envoy(envoy).membershipChanges()));
    return changes;
  }
}
