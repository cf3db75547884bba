package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlushesTest {
  private final Flushes flushes = new Flushes();
  private final List<String> flushed = new ArrayList<>();

  @Test
  void flushesTheOthersAndGoesOnWhenOneFails() {
    flushes.add(
        () -> {
          throw new AssertionError("as the test wants it");
        });
    flushes.add(() -> flushed.add("other"));
    flushes.run();
    flushes.add(() -> flushed.add("later"));
    flushes.run();

    assertEquals(List.of("other", "later"), flushed);
  }

  @Test
  void flushesWhatAFlushHasWrittenTo() {
    flushes.add(() -> flushes.add(() -> flushed.add("written to")));
    flushes.run();

    assertEquals(List.of("written to"), flushed);
    assertTrue(flushes.isEmpty());
  }
}
