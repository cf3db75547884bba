package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dead server is gone from every Envoy soon, and from the registry. */
class LeaseTest {
  private static final Duration CALM = Duration.ofSeconds(12);
  private static final Duration LEADERLESS = Duration.ofSeconds(17);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path state;
  @AutoClose private static Tier tier;

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
  }

  @Test
  void aDeadServerLeavesWithinTwelveSecondsInCalm() {
    tier.awaitServers(3);
    tier.kill("app-3");
    long killed = System.nanoTime();

    assertLeaves("app-3", killed, CALM, "in calm");

    tier.start("app-3");
  }

  @Test
  void aDeadServerLeavesWithinSeventeenSecondsWhenTheLeaderDiedWithIt() {
    tier.awaitServers(3);
    String leader = tier.leader();
    tier.kill(leader);
    tier.kill("app-2");
    long killed = System.nanoTime();

    assertLeaves("app-2", killed, LEADERLESS, "with " + leader + ", the leader, killed as well");

    tier.start(leader);
    tier.start("app-2");
  }

  private static void assertLeaves(String server, long killed, Duration bar, String how) {
    String address = "127.0.0.1:" + tier.port(server);
    Awaitility.await(server + " is still there")
        .atMost(bar.multipliedBy(2))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                tier.admin().servers().stream().noneMatch(left -> left.id().equals(server))
                    && tier.envoys().stream()
                        .noneMatch(envoy -> tier.envoy(envoy).hosts().contains(address)));
    tier.envoys().forEach(envoy -> assertEquals(2, tier.envoy(envoy).hosts().size()));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
    System.out.printf(
        "lease %s: gone from the registry and both Envoys after %d ms of %d%n",
        how, millis, bar.toMillis());
    assertTrue(millis <= bar.toMillis(), () -> "gone after " + millis + " ms");
  }
}
