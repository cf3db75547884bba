package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private final Loops loops = new Loops(1);
  private final Loop loop = loops.at(0);

  @AfterEach
  void end() {
    loops.close();
  }

  @Test
  void endsATurnAtOnceWhenNothingElseComes() throws Exception {
    CompletableFuture<Long> sent = new CompletableFuture<>();

    loop.run(() -> loop.agenda().add(portions(1, () -> sent.complete(System.nanoTime()))));

    sent.get(10, TimeUnit.SECONDS);
  }

  @Test
  void runsWhatArrivesBetweenTwoPortionsOfWhatIsLong() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    CountDownLatch portion = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Runnable step =
        () -> {
          order.add("portion");
          portion.countDown();
          await(arrived);
          if (order.stream().filter("portion"::equals).count() == 3) {
            ended.complete(null);
          }
        };

    loop.run(() -> loop.agenda().add(portions(3, step)));
    assertTrue(portion.await(10, TimeUnit.SECONDS));
    loop.run(() -> order.add("arrival"));
    arrived.countDown();
    ended.get(10, TimeUnit.SECONDS);

    assertEquals(List.of("portion", "arrival", "portion", "portion"), order);
  }

  @Test
  void endsTheTurnThoughTasksKeepComing() throws Exception {
    CompletableFuture<Void> sent = new CompletableFuture<>();
    Runnable endless =
        new Runnable() {
          @Override
          public void run() {
            if (!sent.isDone()) {
              loop.executor().execute(this);
            }
          }
        };

    loop.run(endless);
    loop.run(() -> loop.agenda().add(portions(1, () -> sent.complete(null))));

    sent.get(10, TimeUnit.SECONDS);
  }

  private static Agenda.Item portions(int count, Runnable step) {
    return new Agenda.Item() {
      private int left = count;

      @Override
      public boolean isShort() {
        return count == 1;
      }

      @Override
      public boolean advance() {
        step.run();
        return --left > 0;
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
