package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A server leaves under 2,000 clients and 300 messages a second, and nobody lands on it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DrainTest {
  private static final int RATE = 100;

  /** How far the arrivals at the edge may exceed the rate in any second. */
  private static final double OVER = 1.2;

  private static final Duration HELD = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SEED = 63;

  @TempDir static Path state;
  private static Tier tier;
  private static Upstream relayed;
  private static String token;
  private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    token = tier.token();
    relayed = Upstream.of(tier, "edge-2");
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL, SEED).gather().publish();
  }

  @AfterAll
  static void end() {
    crowd.close();
    relayed.close();
    tier.close();
  }

  @Test
  @Order(1)
  void theCommandMovesEverybody() throws Exception {
    Drained drained = new Drained("app-1");

    String said =
        tier.mooring("drain", "app-1", "--rate", String.valueOf(RATE), "--deadline", "60s");

    drained.awaitEnd();
    tier.start("app-1");
    drained.assertWhole("by command");
    assertTrue(said.contains("app-1"), said);
  }

  @Test
  @Order(2)
  void theFieldInRedisMovesEverybody() throws Exception {
    Drained drained = new Drained("app-2");

    try (RedisConnection redis = tier.redis()) {
      redis.ask("HSET", "{mooring}:server:app-2", "drain", "rate=%d deadline=60s".formatted(RATE));
    }

    drained.awaitEnd();
    tier.start("app-2");
    drained.assertWhole("by HSET");
  }

  @Test
  @Order(3)
  void nobodyLandsOnTheLeavingServerThoughOneEnvoyHearsNothingForAMinute() throws Exception {
    Awaitility.await().atMost(PATIENCE).until(() -> tier.envoy("edge-2").hosts().size() == 3);
    Drained drained = new Drained("app-3");

    relayed.hold();
    long heldAt = System.nanoTime();
    CompletableFuture<Void> command =
        CompletableFuture.runAsync(
            () -> asked("drain", "app-3", "--rate", String.valueOf(RATE), "--deadline", "120s"));
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> stateOf("app-3").equals("DRAINING"));
    int knocks = 0;
    while (!command.isDone()) {
      knocks += knockAtThePinByTheEnvoyThatHearsNothing("app-3");
    }
    command.join();
    Set<String> stale = tier.envoy("edge-2").hosts();
    drained.awaitEnd();
    drained.assertWhole("with edge-2 held back");
    knocks += knockAtThePinByTheEnvoyThatHearsNothing("app-3");
    Awaitility.await()
        .atMost(HELD.plusSeconds(5))
        .until(() -> System.nanoTime() - heldAt >= HELD.toNanos());
    relayed.release();

    System.out.printf(
        "edge-2 held back for %d s: it still had %d servers; %d knocked there at the pin of app-3, 0 landed on it%n",
        HELD.toSeconds(), stale.size(), knocks);
    assertEquals(3, stale.size(), stale::toString);
    Awaitility.await().atMost(PATIENCE).until(() -> tier.envoy("edge-2").hosts().size() == 2);
  }

  @Test
  @Order(4)
  void nobodyMissedAnything() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("drains: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertEquals(0, verdict.toldAbout(), verdict::figures);
  }

  private static void asked(String... command) {
    try {
      tier.mooring(command);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String stateOf(String server) {
    return tier.admin().servers().stream()
        .filter(there -> there.id().equals(server))
        .map(AdminApi.Server::state)
        .findFirst()
        .orElse("gone");
  }

  private static int knockAtThePinByTheEnvoyThatHearsNothing(String server) throws Exception {
    URI edge = URI.create(tier.addresses().path("envoys").path(1).path("edge").asText());
    URI pin = URI.create("wss://%s/ws/%s/x".formatted(edge.getAuthority(), server));
    List<CompletableFuture<Socket>> opening = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      opening.add(tier.open(pin, token));
    }
    for (CompletableFuture<Socket> future : opening) {
      try (Socket socket = future.get(20, TimeUnit.SECONDS)) {
        assertNotEquals(server, socket.server());
      }
    }
    return opening.size();
  }

  /** One drain, from before it is asked for. */
  private static final class Drained {
    private final String server;
    private final int clients;
    private Report report;
    private int exitCode;
    private boolean registered;

    Drained(String server) {
      this.server = server;
      this.report = crowd.report();
      crowd.clearCounts();
      this.clients = crowd.byServer().getOrDefault(server, 0);
      assertTrue(clients > 300, () -> server + " has only " + clients);
    }

    /** Waits until the process has ended, and judges what is true only until it starts again. */
    void awaitEnd() {
      Awaitility.await(server + " has not ended")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> tier.process(server).path("state").asText().equals("exited"));
      crowd.awaitSettled();
      report = crowd.report();
      exitCode = tier.process(server).path("exit_code").asInt(-1);
      registered = tier.admin().servers().stream().anyMatch(there -> there.id().equals(server));
    }

    void assertWhole(String how) {
      System.out.printf(
          "drain %s: %d clients, %d moved, %d landed on %s, at most %d knocks and %d hellos in a second at rate %d, sockets closed %s; exit code %d%n",
          how,
          clients,
          report.moves(),
          report.arrivalsAt(server),
          server,
          report.mostKnocksInASecond(),
          report.mostHellosInASecond(),
          RATE,
          report.closed(),
          exitCode);
      assertEquals(0, report.arrivalsAt(server));
      assertEquals(clients, report.moves());
      assertEquals(Map.of(), report.closed());
      assertTrue(report.mostKnocksInASecond() <= OVER * RATE, report::figures);
      assertFalse(registered);
      assertEquals(0, exitCode);
    }
  }
}
