package io.mooring.server.loop;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Something that is not over before it is told to go on. */
final class Halt implements Runnable {
  private static final int SECONDS = 20;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @Override
  public void run() {
    reached.countDown();
    await(goOn);
  }

  void awaitReached() {
    await(reached);
  }

  void goOn() {
    goOn.countDown();
  }

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
