package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** App servers and Valkey die at random moments under 300 messages a second. */
class KillsTest {
  private static final int KILLS = 20;
  private static final String VALKEY = "valkey";
  private static final List<String> SERVERS = List.of("app-1", "app-2", "app-3");

  /** One kill in so many is Valkey's. */
  private static final int OF_VALKEY = 4;

  private static final long PAUSE_MILLIS = 3_000;
  private static final long DOWN_MILLIS = 2_000;
  private static final long SEED = 68;

  /** What a dead Valkey explains: it cannot be asked, and may have forgotten its last second. */
  private static final Set<String> EXPLAINED = Set.of("log_unavailable", "epoch_changed");

  @TempDir Path state;

  /**
   * A kill -9.
   *
   * @param pauseMillis since the one before it
   * @param downMillis until the victim is started again
   */
  private record Kill(String victim, long pauseMillis, long downMillis) {
    static Kill drawn(Random random) {
      return new Kill(
          random.nextInt(OF_VALKEY) == 0 ? VALKEY : SERVERS.get(random.nextInt(SERVERS.size())),
          random.nextLong(PAUSE_MILLIS),
          random.nextLong(DOWN_MILLIS));
    }
  }

  @Test
  void nothingIsLostSilentlyAndNothingIsDoubledInTwentyKills() throws Exception {
    long seed = Seed.or(SEED);
    Random random = new Random(seed);
    List<Kill> kills = new ArrayList<>();
    while (kills.size() < KILLS) {
      kills.add(Kill.drawn(random));
    }
    try (Tier tier = Tier.up(state);
        Crowd crowd = new Crowd(tier.entrance(), Crowd.Shape.RESTLESS.withRollbacks(), seed)) {
      crowd.gather().publish();
      crowd.nextAcknowledgement().get(10, TimeUnit.SECONDS);
      crowd.clearCounts();

      perform(kills, tier);

      tier.awaitServers(SERVERS.size());
      crowd.nextAcknowledgement().get(30, TimeUnit.SECONDS);
      crowd.awaitSettled();
      Report report = crowd.report();
      Verdict verdict = crowd.settle(0.5);
      System.out.printf("%d kills: %s%n", KILLS, report.figures());
      System.out.println("kills: " + verdict.figures());
      assertTrue(verdict.clean(), verdict.violations()::toString);
      assertTrue(EXPLAINED.containsAll(verdict.reasons()), verdict::figures);
      assertTrue(verdict.recovered() > Crowd.Shape.RESTLESS.members(), verdict::figures);
      assertEquals(Set.of("1006"), report.closed().keySet());
    }
  }

  private static void perform(List<Kill> kills, Tier tier) throws Exception {
    Map<String, CompletableFuture<Void>> starts = new HashMap<>();
    for (Kill kill : kills) {
      pause(kill.pauseMillis());
      // Whoever is to be killed lives, and of the servers at least one other does.
      started(starts, kill.victim()).join();
      if (kill.victim().equals(VALKEY)) {
        // Nobody gets ready without Valkey, and the supervisor starts one after the other.
        SERVERS.forEach(server -> started(starts, server).join());
      } else {
        awaitOneMore(starts);
      }
      System.out.println(kill);
      tier.kill(kill.victim());
      starts.put(
          kill.victim(),
          started(starts, VALKEY)
              .thenRunAsync(
                  () -> {
                    pause(kill.downMillis());
                    tier.start(kill.victim());
                  }));
    }
    for (CompletableFuture<Void> start : starts.values()) {
      start.get(1, TimeUnit.MINUTES);
    }
  }

  private static CompletableFuture<Void> started(
      Map<String, CompletableFuture<Void>> starts, String name) {
    return starts.getOrDefault(name, CompletableFuture.completedFuture(null));
  }

  private static void awaitOneMore(Map<String, CompletableFuture<Void>> starts) {
    Awaitility.await("two servers")
        .atMost(Duration.ofMinutes(1))
        .until(
            () -> SERVERS.stream().filter(server -> !started(starts, server).isDone()).count() < 2);
  }

  private static void pause(long millis) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> System.nanoTime() - until >= 0);
  }
}
