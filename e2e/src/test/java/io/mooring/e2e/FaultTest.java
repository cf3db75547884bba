package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that die or freeze under clients who come back. */
class FaultTest {
  private static final int HERD = 500;
  private static final List<String> SERVERS = List.of("app-1", "app-2", "app-3");
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
  void nobodyIsSentAwayForGoodWhenAllServersStandStillForAWhile() throws Exception {
    EnvoyAdmin envoy = tier.envoy(tier.envoys().getFirst());
    long before = retries(envoy);
    int clients = 60;
    List<CompletableFuture<Socket>> handshakes = new ArrayList<>();

    SERVERS.forEach(tier::freeze);
    try {
      for (int i = 0; i < clients; i++) {
        handshakes.add(tier.connect(token));
      }
      // Each is at its last try then, which finds no server that has not had one.
      Awaitility.await().until(() -> retries(envoy) - before >= 3 * clients);
    } finally {
      SERVERS.forEach(tier::resume);
    }

    Map<String, Integer> answers = new TreeMap<>();
    for (CompletableFuture<Socket> handshake : handshakes) {
      answers.merge(answer(handshake), 1, Integer::sum);
    }
    System.out.println("all servers frozen: " + answers);
    assertTrue(
        answers.keySet().stream().allMatch(it -> it.startsWith("101") || it.startsWith("HTTP 503")),
        answers::toString);
  }

  @Test
  void aReadIsAnsweredThoughAServerIsFrozen() throws Exception {
    String publisher = tier.token("--role", "publisher");
    HttpRequest read =
        HttpRequest.newBuilder(
                URI.create(tier.addresses().path("api").asText() + "/channels/demo.room"))
            .header("Authorization", "Bearer " + publisher)
            .build();

    tier.freeze("app-2");
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < 12; i++) {
        answers.add(client.sendAsync(read, HttpResponse.BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertEquals(200, answer.get(30, TimeUnit.SECONDS).statusCode());
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      System.out.printf("server frozen: 12 reads of the API answered within %d ms%n", millis);
      assertTrue(millis <= 6_000, () -> "took " + millis + " ms");
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

  private static long retries(EnvoyAdmin envoy) {
    return envoy.stats("^cluster\\.mooring-ws\\.upstream_rq_retry$").values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private static String answer(CompletableFuture<Socket> handshake) throws Exception {
    try (Socket socket = handshake.get(20, TimeUnit.SECONDS)) {
      return "101 from " + socket.server();
    } catch (ExecutionException refused) {
      return String.valueOf(assertInstanceOf(Socket.Refused.class, refused.getCause()).getMessage())
          .strip();
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
