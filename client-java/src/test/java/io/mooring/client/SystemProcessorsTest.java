package io.mooring.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemProcessorsTest {
  @Test
  void theyAreBusyOnceThreadsRunOnAllOfThem() throws InterruptedException {
    SystemProcessors processors = new SystemProcessors(new SharedTimers());
    List<Thread> threads = new ArrayList<>();
    assertFalse(processors.busy());
    try {
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        threads.add(Thread.ofPlatform().daemon().start(SystemProcessorsTest::spin));
      }

      await().until(processors::busy);
    } finally {
      threads.forEach(Thread::interrupt);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void spin() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }
}
