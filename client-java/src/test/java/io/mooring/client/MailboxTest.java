package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final List<Throwable> mistakes = new CopyOnWriteArrayList<>();

  @Test
  void tasksOfManyThreadsRunOneAfterTheOtherAndThoseOfOneInTheirOrder() {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Mailbox mailbox = new Mailbox(threads, mistakes::add);
      AtomicBoolean busy = new AtomicBoolean();
      AtomicBoolean overlapped = new AtomicBoolean();
      AtomicInteger done = new AtomicInteger();
      List<List<Integer>> seen = new ArrayList<>();
      List<Thread> senders = new ArrayList<>();

      for (int sender = 0; sender < 4; sender++) {
        List<Integer> mine = new ArrayList<>();
        seen.add(mine);
        senders.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 5_000; i++) {
                        int number = i;
                        mailbox.execute(
                            () -> {
                              if (!busy.compareAndSet(false, true)) {
                                overlapped.set(true);
                              }
                              mine.add(number);
                              busy.set(false);
                              done.incrementAndGet();
                            });
                      }
                    }));
      }

      await().until(() -> done.get() == 20_000);
      assertFalse(overlapped.get());
      List<Integer> inOrder = IntStream.range(0, 5_000).boxed().toList();
      seen.forEach(mine -> assertEquals(inOrder, mine));
      assertEquals(4, senders.size());
    }
  }

  @Test
  void aTaskThatThrowsIsToldAndTheNextOneRuns() {
    Queue<Runnable> turns = new ArrayDeque<>();
    Mailbox mailbox = new Mailbox(turns::add, mistakes::add);
    List<String> ran = new ArrayList<>();

    mailbox.execute(
        () -> {
          throw new IllegalStateException("a bug");
        });
    mailbox.execute(() -> ran.add("next"));
    turns.remove().run();

    assertEquals(List.of("next"), ran);
    assertEquals(1, mistakes.size());
  }

  @Test
  void aBusyClientLeavesItsThreadToOthersNowAndThen() {
    Queue<Runnable> turns = new ArrayDeque<>();
    Mailbox mailbox = new Mailbox(turns::add, mistakes::add);
    AtomicInteger done = new AtomicInteger();
    IntStream.range(0, 100).forEach(i -> mailbox.execute(done::incrementAndGet));

    assertEquals(1, turns.size());
    turns.remove().run();
    assertEquals(64, done.get());
    assertEquals(1, turns.size());
    turns.remove().run();
    assertEquals(100, done.get());
    assertEquals(0, turns.size());
  }
}
