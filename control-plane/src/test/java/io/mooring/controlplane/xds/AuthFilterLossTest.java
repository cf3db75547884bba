package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.xds.Handshake.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the edge does when auth-filters do not answer. */
class AuthFilterLossTest {
  private static final AuthService first = AuthService.start();
  private static final AuthService second = AuthService.start();
  private static final Relay toFirst = Relay.to(first.address());
  private static final Relay toSecond = Relay.to(second.address());
  private static final Backend backend = Backend.start("app-1");
  private static Edge edge;

  @BeforeAll
  static void start(@TempDir Path folder) {
    first.answering(request -> allow("c", backend.address()));
    second.answering(request -> allow("c", backend.address()));
    edge = Edge.start(folder, Edge.config(toFirst.address(), toSecond.address()));
    edge.show(Edge.server(backend));
  }

  @AfterAll
  static void stop() {
    edge.close();
    toFirst.close();
    toSecond.close();
    first.close();
    second.close();
    backend.close();
  }

  @BeforeEach
  void bothWell() {
    awaitHealthyFilters(2);
  }

  @AfterEach
  void thaw() {
    toFirst.thaw();
    toSecond.thaw();
  }

  private static void awaitHealthyFilters(long count) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> edge.envoy().stat("cluster.mooring-auth.membership_healthy") == count);
  }

  private static int status() {
    try (Answer answer = Handshake.to(edge.port()).send()) {
      return answer.status();
    }
  }

  @Test
  void bothAreAsked() {
    int before = first.asked().size();
    int beforeSecond = second.asked().size();

    for (int i = 0; i < 20; i++) {
      assertEquals(101, status());
    }

    assertTrue(first.asked().size() > before);
    assertTrue(second.asked().size() > beforeSecond);
  }

  @Test
  void oneOfTwoFrozenCostsRefusalsForTwoSecondsAtMost() {
    long frozenAt = System.nanoTime();
    toFirst.freeze();

    Duration lastRefusal = Duration.ZERO;
    Duration elapsed = Duration.ZERO;
    while (elapsed.compareTo(Duration.ofMillis(3_500)) < 0) {
      int status = status();
      elapsed = Duration.ofNanos(System.nanoTime() - frozenAt);
      if (status != 101) {
        assertEquals(503, status);
        lastRefusal = elapsed;
      }
    }

    assertTrue(
        lastRefusal.compareTo(Duration.ofSeconds(2)) <= 0, "last refusal after " + lastRefusal);
  }

  @Test
  void withoutAnyFilterNobodyComesInAndLiveSocketsStay() {
    Answer live = Handshake.to(edge.port()).send();
    toFirst.freeze();
    toSecond.freeze();
    awaitHealthyFilters(0);
    int served = backend.heads().size();

    int status = status();

    assertEquals(503, status);
    assertEquals(served, backend.heads().size());
    assertTrue(live.alive());
    live.close();
  }
}
