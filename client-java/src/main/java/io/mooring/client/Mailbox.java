package io.mooring.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The one order of a client: tasks run one after the other, in the order in which they were put in,
 * on threads of a shared executor. Any thread may put in a task; none ever waits here. A client
 * with nothing to do has no thread.
 */
final class Mailbox implements Executor {
  /** After so many tasks the thread is left to other clients. */
  private static final int TURN = 64;

  private final Executor threads;
  private final Consumer<Throwable> mistakes;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Tasks that have not ended; who makes it 1 sees to it that they run. */
  private final AtomicInteger unfinished = new AtomicInteger();

  /**
   * @param mistakes gets what a task throws, in its order
   */
  Mailbox(Executor threads, Consumer<Throwable> mistakes) {
    this.threads = threads;
    this.mistakes = mistakes;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (unfinished.getAndIncrement() == 0) {
      threads.execute(this::turn);
    }
  }

  private void turn() {
    for (int i = 0; i < TURN; i++) {
      Runnable task = tasks.poll();
      // A task is put in before it is counted, so it is there.
      if (task != null) {
        run(task);
      }
      if (unfinished.decrementAndGet() == 0) {
        return;
      }
    }
    threads.execute(this::turn);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable mistake) {
      mistakes.accept(mistake);
    }
  }
}
