package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that die or freeze under clients who come back. */
class FaultTest {
  private static final int HERD = 500;
  private static final Duration BAR = Duration.ofMillis(2_500);

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  private static String token;

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state);
    token = tier.token();
  }

  @BeforeEach
  void awaitThreeServersAtEveryEnvoy() {
    tier.awaitServers(3);
  }

  @Test
  void fiveHundredClientsOfAKilledServerComeBackElsewhereWithoutAnError() throws Exception {
    List<URI> pins = pinsOn("app-2");

    tier.mooring("dev", "kill", "app-2");

    try {
      report("killed", comeBack(pins, "app-2"));
    } finally {
      tier.start("app-2");
    }
  }

  @Test
  void fiveHundredClientsOfAFrozenServerComeBackElsewhereWithoutAnError() throws Exception {
    List<URI> pins = pinsOn("app-2");

    tier.mooring("dev", "freeze", "app-2");

    try {
      report("frozen", comeBack(pins, "app-2"));
    } finally {
      tier.resume("app-2");
    }
  }

  @Test
  void aFrozenAuthFilterCostsRefusalsForTwoSecondsAtMost() throws Exception {
    try (Socket warm = tier.connect(token).get(10, TimeUnit.SECONDS)) {
      assertTrue(warm.isOpen());
    }

    tier.mooring("dev", "freeze", "auth-2");

    try {
      assertEquals("frozen", tier.process("auth-2").path("state").asText());
      assertRefusalsEndSoon();
    } finally {
      tier.resume("auth-2");
    }
  }

  private static void assertRefusalsEndSoon() throws Exception {
    long start = System.nanoTime();
    long lastRefusal = start;
    int refusals = 0;
    for (long now = start; now - start < TimeUnit.SECONDS.toNanos(6); now = System.nanoTime()) {
      try (Socket socket = tier.connect(token).get(10, TimeUnit.SECONDS)) {
        assertTrue(socket.isOpen());
      } catch (ExecutionException refused) {
        assertInstanceOf(Socket.Refused.class, refused.getCause());
        refusals++;
        lastRefusal = System.nanoTime();
      }
    }
    long refused = TimeUnit.NANOSECONDS.toMillis(lastRefusal - start);
    System.out.printf("auth-filter frozen: %d refusals, the last after %d ms%n", refusals, refused);
    assertTrue(refused <= 2_000, () -> "refused for " + refused + " ms");
  }

  private static List<URI> pinsOn(String server) throws Exception {
    List<URI> pins = new ArrayList<>();
    while (pins.size() < HERD) {
      List<CompletableFuture<Socket>> opening = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        opening.add(tier.connect(token));
      }
      for (CompletableFuture<Socket> future : opening) {
        Socket socket = future.get(20, TimeUnit.SECONDS);
        if (socket.server().equals(server) && pins.size() < HERD) {
          pins.add(socket.pinned());
        }
        socket.close();
      }
    }
    return pins;
  }

  /** Opens every pin at once; the times until each hello, in milliseconds, sorted. */
  private static List<Long> comeBack(List<URI> pins, String lost) throws Exception {
    List<CompletableFuture<Long>> times = new ArrayList<>();
    List<CompletableFuture<Socket>> sockets = new ArrayList<>();
    for (URI pin : pins) {
      long start = System.nanoTime();
      CompletableFuture<Socket> socket = tier.open(pin, token);
      sockets.add(socket);
      times.add(
          socket.thenApply(
              open -> {
                assertNotEquals(lost, open.server());
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
              }));
    }
    List<Long> sorted = new ArrayList<>();
    List<Throwable> errors = new ArrayList<>();
    for (CompletableFuture<Long> time : times) {
      try {
        sorted.add(time.get(30, TimeUnit.SECONDS));
      } catch (ExecutionException failed) {
        errors.add(failed.getCause());
      }
    }
    assertEquals(List.of(), errors);
    for (CompletableFuture<Socket> socket : sockets) {
      socket.join().close();
    }
    Collections.sort(sorted);
    return sorted;
  }

  private static void report(String fault, List<Long> sorted) {
    long p99 = sorted.get(sorted.size() * 99 / 100);
    System.out.printf(
        "server %s: %d back, p50 %d ms, p99 %d ms, max %d ms%n",
        fault, sorted.size(), sorted.get(sorted.size() / 2), p99, sorted.getLast());
    assertTrue(p99 <= BAR.toMillis(), () -> "p99 is " + p99 + " ms");
  }
}
