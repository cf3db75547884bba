package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.server.broker.Arrivals;
import io.mooring.server.broker.Backbone;
import io.mooring.server.stand.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Publishers meet on a lane while its batches come back. All of them wait for their answers before
 * any publishes again, so that nobody's next one can wake a lane that has gone to sleep.
 */
class GroupCommitRaceTest {
  private static final int LANES = 8;
  private static final int PUBLISHERS = 3;
  private static final int ROUNDS = 600;

  /** About as long as a batch is under way. */
  private static final int SPREAD_NANOS = 300_000;

  @TempDir private Path folder;

  private final List<Backbone> lanes = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Store store;

  @BeforeEach
  void start() {
    store = Store.start(folder);
    for (int i = 0; i < LANES; i++) {
      lanes.add(store.backbone(new Arrivals()));
    }
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    lanes.forEach(Backbone::close);
    store.close();
  }

  private record Published(String channel, List<Long> offsets) {}

  @Test
  void nobodyIsLeftWaitingWhoComesWhileABatchEnds() throws Exception {
    // The first to end is the first to fail: the others of its lane wait for it.
    CompletionService<Published> publishers = new ExecutorCompletionService<>(threads);
    for (int i = 0; i < LANES; i++) {
      CyclicBarrier together = new CyclicBarrier(PUBLISHERS);
      for (int j = 0; j < PUBLISHERS; j++) {
        var unused = publishers.submit(publisher(lanes.get(i), "demo." + i, together));
      }
    }

    Map<String, Set<Long>> offsets = new HashMap<>();
    for (int i = 0; i < LANES * PUBLISHERS; i++) {
      Published published = publishers.take().get();
      offsets
          .computeIfAbsent(published.channel, first -> new HashSet<>())
          .addAll(published.offsets);
    }
    assertEquals(LANES, offsets.size());
    offsets.forEach((channel, all) -> assertEquals(PUBLISHERS * ROUNDS, all.size(), channel));
  }

  private static Callable<Published> publisher(
      Backbone lane, String channel, CyclicBarrier together) {
    return () -> {
      Random random = new Random();
      List<Long> offsets = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        together.await();
        LockSupport.parkNanos(random.nextInt(SPREAD_NANOS));
        Publication publication =
            Publication.of("", HistoryContract.user("ann"), "1".getBytes(UTF_8), "");
        try {
          offsets.add(
              lane.broker()
                  .publish(channel, publication, Retention.DEFAULT)
                  .toCompletableFuture()
                  .get(5, TimeUnit.SECONDS)
                  .off());
        } catch (TimeoutException forgotten) {
          throw new AssertionError(channel + ", round " + round + ": never sent", forgotten);
        }
      }
      return new Published(channel, offsets);
    };
  }
}
