package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mooring.process.ByteSize;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryLogTest {
  private static final Retention ONE_KEY =
      new Retention(10, Duration.ofMinutes(5), Duration.ofDays(1), 1, new ByteSize(10_000));

  /** Whoever counts what all logs take would else count wrong from then on. */
  @Test
  void isAsItWasAfterAPublicationWhoseKeyHasNoRoom() {
    MemoryLog log = new MemoryLog(new Chunks());
    long now = System.nanoTime();
    Position top = log.append(publication("a", "once"), ONE_KEY, now).position();
    long later = now + TimeUnit.MINUTES.toNanos(6);
    log.expire(ONE_KEY, later);
    long before = log.bytes();

    assertThrows(
        SnapshotFullException.class, () -> log.append(publication("b", "twice"), ONE_KEY, later));

    assertEquals(before, log.bytes());
    assertEquals(top, log.top());
  }

  private static Publication publication(String key, String dedupe) {
    Publisher ann = new Publisher.User(Optional.empty(), "ann");
    return Publication.of(key, ann, "1".getBytes(UTF_8), dedupe);
  }
}
