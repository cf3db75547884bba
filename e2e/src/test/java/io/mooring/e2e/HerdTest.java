package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand clients of the Java SDK, and one of their three servers is killed. */
class HerdTest {
  private static final int CLIENTS = 10_000;

  /** They are published on in turn. */
  private static final int CHANNELS = 200;

  /** The stretches of the first two seconds: by then most have made their first attempt. */
  private static final int RUSH = 20;

  /** How far a later stretch may exceed the mean. */
  private static final double OVER = 3;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path state;

  @Test
  void itsClientsComeBackEvenlyAndMissNothing() throws Exception {
    try (Tier tier = Tier.up(state);
        DemoClients clients =
            new DemoClients(
                state, CLIENTS, "--channels", String.valueOf(CHANNELS), "--rate", "20")) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> clients.figures().path("connected").asInt() == CLIENTS);
      int before = clients.disturbances();

      tier.kill("app-2");

      JsonNode disturbance = clients.nextDisturbance(before, PATIENCE);
      awaitAMessageOnEachChannel(clients);
      int lost = disturbance.at("/lost_sockets/app-2").asInt();
      List<Integer> arrivals = DemoClients.counts(disturbance.path("arrivals"));
      double mean = (double) lost / arrivals.size();
      int most = arrivals.stream().skip(RUSH).max(Integer::compare).orElse(0);
      System.out.printf(
          "kill -9 of a server with %d of %d clients: back after %d ms (median), %d ms (99 %%)%n",
          lost, CLIENTS, disturbance.path("p50_ms").asInt(), disturbance.path("p99_ms").asInt());
      System.out.printf(
          "arrivals in each 100 ms, %.1f on average, %d at most after 2 s: %s%n",
          mean, most, arrivals);
      assertTrue(lost > CLIENTS / 4, disturbance::toString);
      assertEquals(100, disturbance.path("stretch_ms").asInt());
      assertEquals(lost, DemoClients.sum(disturbance.path("arrivals")));
      assertTrue(most <= OVER * mean, () -> most + " at once, " + mean + " on average");
      assertEquals(CLIENTS, clients.figures().path("connected").asInt());
      DemoClients.assertFlawless(disturbance);
      JsonNode summary = clients.end();
      System.out.println("summary: " + summary);
      DemoClients.assertFlawless(summary);
      assertEquals(lost, summary.path("returns").asInt(), summary::toString);
    }
  }

  /** By which each client sees whether it has missed one before. */
  private static void awaitAMessageOnEachChannel(DemoClients clients) {
    int published = clients.figures().path("published").asInt();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> clients.figures().path("published").asInt() >= published + 2 * CHANNELS);
  }
}
