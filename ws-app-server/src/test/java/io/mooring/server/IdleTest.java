package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.programs.Valkey;
import io.mooring.server.stand.Client;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels on which nothing is published for longer than their logs are kept without that. */
class IdleTest {
  /** Longer than the time between two looks at the log. */
  private static final long META_TTL_MILLIS = 8_000;

  @TempDir private Path folder;

  @Test
  void tellsThoseWhoSubscribeOfNoLossThatWasNone() throws Exception {
    try (Valkey valkey = Valkey.start(folder.resolve("valkey"));
        Stand stand =
            new Stand(
                folder,
                "--broker=redis",
                "--redis.url=" + valkey.url(),
                // This client answers pings only while something is expected of it.
                "--ping=1m",
                "--pong=1m",
                "--namespaces.demo.history.ttl=1s",
                "--namespaces.demo.history.meta-ttl=" + META_TTL_MILLIS + "ms");
        Client client = stand.client("ann")) {
      String epoch = client.subscribe("demo.idle").at("/pos/epoch").asText();

      long since = System.nanoTime();
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> System.nanoTime() - since > 2_000_000 * META_TTL_MILLIS);

      client.send("{\"op\":\"pub\",\"id\":9,\"ch\":\"demo.idle\",\"data\":1}");
      JsonNode first = client.next();
      JsonNode second = client.next();
      JsonNode published = first.path("op").asText().equals("pubbed") ? first : second;
      assertEquals(
          Set.of("msg", "pubbed"),
          Set.of(first.path("op").asText(), second.path("op").asText()),
          () -> first + ", " + second);
      assertEquals(epoch, published.path("epoch").asText());
    }
  }
}
