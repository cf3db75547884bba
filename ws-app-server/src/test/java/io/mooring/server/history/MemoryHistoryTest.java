package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.broker.Arrivals;
import io.mooring.server.broker.Backbone;
import io.mooring.server.loop.Loops;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryHistoryTest extends HistoryContract {
  private final Loops loops = new Loops(2);
  private final Backbone backbone = Backbone.memory(loops);

  @BeforeEach
  void start() {
    backbone.start(new Arrivals());
  }

  @AfterEach
  void end() {
    backbone.close();
    loops.close();
  }

  @Override
  Backbone backbone() {
    return backbone;
  }

  @Test
  void forgetsTheChannelThatWasIdleLongestWhenThereAreTooMany() {
    try (Loops one = new Loops(1)) {
      MemoryHistory small = new MemoryHistory(one, 2, Long.MAX_VALUE);
      get(small.top("a", Retention.DEFAULT));
      get(small.top("b", Retention.DEFAULT));
      get(small.top("a", Retention.DEFAULT));
      get(small.top("c", Retention.DEFAULT));

      assertEquals(Set.of("a", "c"), get(small.tops(List.of("a", "b", "c"), Map.of())).keySet());
    }
  }

  @Test
  void keepsToItsBytesByForgettingIdleChannelsAndThenTheOldestEntries() {
    try (Loops one = new Loops(1)) {
      MemoryHistory small = new MemoryHistory(one, 100, 10_000);
      append(small, "a");
      for (int i = 0; i < 30; i++) {
        append(small, "b");
      }

      assertEquals(Set.of("b"), get(small.tops(List.of("a", "b"), Map.of())).keySet());
      Excerpt held = get(small.read("b", 25, MANY, LARGE, Retention.DEFAULT));
      assertEquals(5, held.deliveries().size());
      assertTrue(get(small.read("b", 1, MANY, LARGE, Retention.DEFAULT)).deliveries().isEmpty());
    }
  }

  @Test
  void failsWhenTheServerStops() {
    loops.close();

    assertUnavailable("stops", send("demo.x", text("x")));
  }

  private static void append(MemoryHistory history, String channel) {
    get(
        history.inOrder(
            channel,
            () ->
                history.append(
                    channel,
                    Publication.of("", user("ann"), "x".repeat(1_000).getBytes(UTF_8), ""),
                    Retention.DEFAULT)));
  }
}
