package io.mooring.server.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.mooring.programs.Valkey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisLinkTest {
  @TempDir private Path folder;

  @Test
  void tellsForHowLongRedisIsAwayThoughItWasNotThereAtTheStart() {
    int port;
    try (Valkey first = Valkey.start(folder)) {
      port = first.port();
    }
    try (RedisLink link = new RedisLink(URI.create("redis://127.0.0.1:" + port))) {
      link.start(new RedisPubSubAdapter<>());
      Awaitility.await().until(() -> link.downMillis() > 1_500);
      long ended;
      try (Valkey second = Valkey.start(folder, port)) {
        Awaitility.await().until(() -> link.downBecause().isEmpty());
        ended = System.nanoTime();
      }

      Awaitility.await().until(() -> link.downBecause().isPresent());
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .atMost(Duration.ofSeconds(1))
          .until(
              () -> link.downMillis() <= TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended));
      assertTrue(link.downBecause().isPresent());
    }
  }
}
