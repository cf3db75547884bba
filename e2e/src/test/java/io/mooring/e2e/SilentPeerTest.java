package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A peer whose TCP lives and that answers nothing. */
@Tag("untimed")
class SilentPeerTest {
  /** For the last look at the metrics, on a busy machine. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  @TempDir Path state;

  @Test
  void aSilentPeerIsGoneFromItsServerWithinPingAndPongTime() throws Exception {
    try (Tier tier = Tier.up(state, "--servers", "1", "--envoys", "1")) {
      Socket socket = tier.connect(tier.token()).get(10, TimeUnit.SECONDS);
      socket.send("{\"op\":\"sub\",\"id\":1,\"ch\":\"demo.room\"}");
      socket.await("subbed");
      long allowed =
          socket.hello().path("ping_ms").asLong() + socket.hello().path("pong_ms").asLong();
      URI http = tier.http("app-1");
      assertEquals(1, tier.metric(http, "mooring_connections"));
      assertEquals(1, tier.metric(http, "mooring_channels"));

      long silentSince = System.nanoTime();
      socket.fallSilent();

      Awaitility.await()
          .atMost(Duration.ofMillis(allowed).plus(SLACK))
          .pollInterval(Duration.ofMillis(100))
          .until(
              () ->
                  tier.metric(http, "mooring_connections") == 0
                      && tier.metric(http, "mooring_channels") == 0);
      System.out.printf(
          "silent peer gone after %d ms of %d%n",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - silentSince), allowed);
    }
  }
}
