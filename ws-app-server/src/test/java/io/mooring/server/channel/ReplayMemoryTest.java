package io.mooring.server.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedTransferQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReplayMemoryTest {
  private static final int THREADS = 4;
  private static final int ROUNDS = 5_000;
  private static final int REPLAY = 64;
  private static final int MOST = 5 * REPLAY;

  private final ReplayMemory memory = new ReplayMemory(MOST);
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  /** Made on one loop, given back on another. */
  private final LinkedTransferQueue<ByteBuf> made = new LinkedTransferQueue<>();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  @Timeout(60)
  void countsWhatManyLoopsTakeAndGiveBackAtTheSameTime() throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    CyclicBarrier taken = new CyclicBarrier(THREADS);
    Callable<Integer> loop =
        () -> {
          int most = 0;
          for (int round = 0; round < ROUNDS; round++) {
            start.await();
            for (Optional<ByteBuf> one = memory.take(REPLAY);
                one.isPresent();
                one = memory.take(REPLAY)) {
              made.add(one.get());
            }
            taken.await();
            most = Math.max(most, made.size());
            taken.await();
            for (ByteBuf one = made.poll(); one != null; one = made.poll()) {
              one.release();
            }
          }
          return most;
        };
    List<Future<Integer>> loops = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      loops.add(threads.submit(loop));
    }

    for (Future<Integer> one : loops) {
      int most = one.get();
      assertTrue(most * REPLAY >= MOST, most + " replays fitted in");
      assertTrue(most * REPLAY <= MOST + THREADS * REPLAY, most + " replays fitted in");
    }
    assertEquals(0, memory.used());
  }
}
