package io.mooring.client;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs what it is given on a thread of its own; while it is shut, not before it is opened. */
final class Gate implements Executor {
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private boolean shut;

  @Override
  public synchronized void execute(Runnable task) {
    if (shut) {
      waiting.add(task);
    } else {
      Thread.ofVirtual().start(task);
    }
  }

  synchronized void shut() {
    shut = true;
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized void open() {
    shut = false;
    waiting.forEach(Thread.ofVirtual()::start);
    waiting.clear();
  }
}
