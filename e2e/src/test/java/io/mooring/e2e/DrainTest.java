package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.redis.RedisConnection;
import io.mooring.e2e.EdgeLog.Handshake;
import io.mooring.e2e.crowd.Crowd;
import io.mooring.e2e.crowd.Report;
import io.mooring.e2e.crowd.Rush;
import io.mooring.e2e.ledger.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
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

  /** The share of the handshakes that must stand in the Envoys' logs: the last may be buffered. */
  private static final double LOGGED = 0.75;

  /** The conn_id of those that knock at a pin without being of the crowd. */
  private static final String STRANGER = "x";

  private static final Duration HELD = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SEED = 63;

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static Upstream deafEnvoy;
  @AutoClose private static Upstream deafFilter;
  private static String token;
  @AutoClose private static Crowd crowd;

  @BeforeAll
  static void gather() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--auth-filters", "2");
    token = tier.token();
    deafEnvoy = Upstream.ofEnvoy(tier, "edge-2");
    deafFilter = Upstream.ofAuthFilter(tier, "auth-1");
    crowd = new Crowd(tier.entrance(), Crowd.Shape.FULL, SEED);
    crowd.gather().publish();
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
  void nobodyLandsOnTheLeavingServerThoughAnEnvoyAndAFilterHearNothingForAMinute()
      throws Exception {
    Awaitility.await().atMost(PATIENCE).until(() -> tier.envoy("edge-2").hosts().size() == 3);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> tier.revision("auth-1") == tier.revision("auth-2"));
    Drained drained = new Drained("app-3");

    deafEnvoy.hold();
    deafFilter.hold();
    long heldAt = System.nanoTime();
    CompletableFuture<Void> command =
        CompletableFuture.runAsync(
            () -> asked("drain", "app-3", "--rate", String.valueOf(RATE), "--deadline", "120s"));
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> stateOf("app-3").equals("DRAINING"));
    AtomicInteger knocks = new AtomicInteger();
    Awaitility.await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              knocks.addAndGet(knockAtThePinByTheEnvoyThatHearsNothing("app-3"));
              return command.isDone();
            });
    command.join();
    drained.awaitEnd();
    knocks.addAndGet(knockAtThePinByTheEnvoyThatHearsNothing("app-3"));
    Awaitility.await()
        .atMost(HELD.plusSeconds(5))
        .until(() -> System.nanoTime() - heldAt >= HELD.toNanos());
    Set<String> stale = tier.envoy("edge-2").hosts();
    double behind = tier.revision("auth-2") - tier.revision("auth-1");
    deafEnvoy.release();
    deafFilter.release();

    System.out.printf(
        "edge-2 and auth-1 held back for %d s: still %d servers, still %.0f revisions behind; %d knocked there at the pin of app-3, 0 landed on it%n",
        HELD.toSeconds(), stale.size(), behind, knocks.get());
    drained.assertWhole("with edge-2 and auth-1 held back");
    assertEquals(3, stale.size(), stale::toString);
    assertTrue(behind > 0, "auth-1 knew of the drain");
    // Half of the clients come by edge-2, and half of those were sent on by auth-1.
    assertTrue(
        drained.turnedAway() > drained.clients / 8,
        () -> "the leaving server was asked first only by " + drained.turnedAway());
    Awaitility.await().atMost(PATIENCE).until(() -> tier.envoy("edge-2").hosts().size() == 2);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> tier.revision("auth-1") == tier.revision("auth-2"));
  }

  @Test
  @Order(4)
  void nobodyMissedAnything() {
    Verdict verdict = crowd.settle(0.95);

    System.out.println("drains: " + verdict.figures());
    assertTrue(verdict.clean(), verdict.violations()::toString);
    assertEquals(Set.of(), verdict.reasons(), verdict::figures);
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
    URI pin = URI.create("wss://%s/ws/%s/%s".formatted(edge.getAuthority(), server, STRANGER));
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
    private final String address;
    private final int clients;
    private final Instant since = Instant.now();
    private final long sinceNanos = System.nanoTime();
    private Report report;
    private List<Handshake> handshakes = List.of();
    private int exitCode;
    private boolean registered;

    Drained(String server) {
      this.server = server;
      this.address = "127.0.0.1:" + tier.port(server);
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
      handshakes =
          Awaitility.await("the Envoys have not written of " + clients + " handshakes")
              .atMost(PATIENCE)
              .until(this::ofTheCrowd, written -> written.size() >= LOGGED * clients);
    }

    private List<Handshake> ofTheCrowd() {
      return tier.envoys().stream()
          .flatMap(envoy -> tier.edgeLog(envoy).atPinsOf(server, since).stream())
          .filter(handshake -> !handshake.path().endsWith("/" + STRANGER))
          .toList();
    }

    /** How many were sent to a server that would not have them, and on to the next. */
    long turnedAway() {
      return handshakes.stream().filter(handshake -> handshake.attempts() > 1).count();
    }

    private long landed() {
      return handshakes.stream().filter(handshake -> handshake.server().equals(address)).count();
    }

    private Rush rushAtTheEdge() {
      return report.rushOf(
          handshakes.stream()
              .mapToLong(
                  handshake -> sinceNanos + Duration.between(since, handshake.at()).toNanos())
              .toArray());
    }

    void assertWhole(String how) {
      Rush slots = report.rushOfSlots();
      Rush knocks = report.rushOfKnocks();
      System.out.printf(
          "drain %s: %d clients, %d moved, %d landed on %s, %d of %d that the Envoys wrote of turned away by a server, failed attempts %s; at rate %d at most %d knocks in a second: slots %s, knocks %s, at the edge's clock %s, clients stood still for %d ms at most; sockets closed %s; exit code %d%n",
          how,
          clients,
          report.moves(),
          report.arrivalsAt(server) + landed(),
          server,
          turnedAway(),
          handshakes.size(),
          report.failed(),
          RATE,
          report.mostKnocksInASecond(),
          slots,
          knocks,
          rushAtTheEdge(),
          report.longestStandstill(),
          report.closed(),
          exitCode);
      assertEquals(0, report.arrivalsAt(server));
      assertEquals(0, landed());
      assertEquals(Map.of(), report.failed());
      assertEquals(clients, report.moves());
      assertEquals(clients, report.slots().size());
      assertEquals(Map.of(), report.closed());
      assertEquals(0, report.tooEarly());
      assertTrue(slots.perSecond() <= OVER * RATE, () -> "slots: " + slots);
      assertTrue(knocks.perSecond() <= OVER * RATE, () -> "knocks: " + knocks);
      assertFalse(registered);
      assertEquals(0, exitCode);
    }
  }
}
