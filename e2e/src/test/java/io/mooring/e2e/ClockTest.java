package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.admin.AdminException;
import io.mooring.cli.keys.EdgeCertificate;
import io.mooring.cli.redis.RedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody sets the clocks of Valkey and of the control plane, in opposite directions. */
class ClockTest {
  /** Longer than a lease lives without a renewal. */
  private static final Duration WATCH = Duration.ofSeconds(12);

  private static final Duration LEASE = Duration.ofSeconds(12);
  private static final long HOUR = 3_600;

  /** Two processes are asked one after the other. */
  private static final long SLACK_SECONDS = 5;

  @TempDir Path state;

  @Test
  void noLivingServerGoesAndADeadOneDoes() throws Exception {
    try (Tier tier = Tier.up(state);
        Clocks valkey = Clocks.valkey(tier);
        Clocks control = Clocks.control(tier, "control-1")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .ignoreException(AdminException.class)
          .until(() -> tier.admin().servers().stream().filter(s -> s.active()).count() == 3);
      try (RollCall roll = RollCall.begin(tier);
          Socket socket = tier.connect(tier.token()).get(10, TimeUnit.SECONDS)) {
        // A client that says nothing for its first ten seconds is closed, whatever the clocks say.
        socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.clock\"}");
        socket.await("subbed");
        for (long seconds : new long[] {20, -20, HOUR, -HOUR}) {
          valkey.set(seconds);
          control.set(-seconds);
          assertClocks(tier, seconds);

          long set = System.nanoTime();
          Awaitility.await()
              .atMost(WATCH.multipliedBy(2))
              .until(() -> System.nanoTime() - set >= WATCH.toNanos());
        }
        System.out.println("clocks set by 20 s and 1 h, both ways: " + roll.figures());
        assertEquals(Set.of(), roll.missing());
        assertTrue(socket.isOpen());
        assertTrue(valkey.alive() && control.alive());
      }
      String address = "127.0.0.1:" + tier.port("app-3");

      tier.kill("app-3");
      long killed = System.nanoTime();

      Awaitility.await()
          .atMost(LEASE.multipliedBy(2))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> !tier.envoy("edge-1").hosts().contains(address));
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
      System.out.printf("a dead server with wrong clocks: gone after %d ms%n", millis);
      assertTrue(millis <= LEASE.toMillis(), () -> "gone after " + millis + " ms");
    }
  }

  /** Both processes believe it. */
  private static void assertClocks(Tier tier, long seconds) throws Exception {
    long now = Instant.now().getEpochSecond();
    try (RedisConnection redis = tier.redis()) {
      long valkeys = Long.parseLong(redis.ask("TIME").lines().findFirst().orElseThrow());
      assertEquals(seconds, valkeys - now, SLACK_SECONDS);
    }
    Instant expiry =
        EdgeCertificate.read(tier.state().resolve("keys/edge.pem")).getNotAfter().toInstant();
    double left = tier.metric(tier.control("control-1"), "mooring_certificate_expiry_seconds");
    assertEquals(-seconds, expiry.getEpochSecond() - left - now, SLACK_SECONDS);
  }
}
