package io.mooring.server.loop;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An order that is not tied to a thread: what is brought to a strand runs one after the other, as
 * it came, and sees all that ran before. A loop that finds the strand free runs what it brings at
 * once; otherwise whoever is at it runs that, too. So nothing is handed to another thread, which
 * would have to be woken, unless it has to wait anyway. All but {@link #tell} may be called on any
 * thread.
 */
public final class Strand {
  private static final Logger log = LoggerFactory.getLogger(Strand.class);

  /** After so many tasks of others a loop has work of its own to do. */
  private static final int MOST_FOR_OTHERS = 64;

  private static final Runnable NOTHING = () -> {};

  /** Runs what threads bring that are no loops, and what is due at some time. */
  private final Loop keeper;

  /** Of what it gave to each loop, so much is not done yet. */
  private final AtomicIntegerArray told;

  private final Object door = new Object();

  /** What waits; guarded by the door, like whether somebody is inside. */
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  private boolean taken;

  private volatile @Nullable Thread holder;

  Strand(Loop keeper, int loops) {
    this.keeper = keeper;
    this.told = new AtomicIntegerArray(loops);
  }

  /** Its place among the strands of the {@link Loops}, from 0. */
  public int index() {
    return keeper.index();
  }

  public boolean inside() {
    return holder == Thread.currentThread();
  }

  /**
   * Runs the task: now if the caller is inside, or a loop that finds the strand free; else in turn.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the loops have stopped
   */
  public void run(Runnable task) {
    if (inside()) {
      task.run();
    } else if (TurnExecutor.isCurrent()) {
      enter(task);
    } else if (take(task)) {
      leaveToKeeper(task);
    }
  }

  /** Its place is that of now, not of when the keeper comes to it. */
  private void leaveToKeeper(Runnable task) {
    try {
      keeper.executor().execute(() -> hold(task));
    } catch (RejectedExecutionException stopped) {
      goOn(Integer.MAX_VALUE);
      throw stopped;
    }
  }

  /** Runs the task in turn, after a while. */
  public void schedule(Runnable task, long delay, TimeUnit unit) {
    keeper.executor().schedule(() -> enter(task), delay, unit);
  }

  /** Runs the task in turn, over and over. It ends with the loops. */
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return keeper.executor().scheduleWithFixedDelay(() -> enter(task), initialDelay, delay, unit);
  }

  /**
   * Runs the task on a loop, after whatever that was told before by this strand: now, if nothing is
   * under way to it and this is the loop, or one that may visit it. Called inside.
   */
  public void tell(Loop loop, Runnable task) {
    assert inside();
    int to = loop.index();
    boolean next = told.get(to) == 0;
    told.incrementAndGet(to);
    if (next && loop.inside()) {
      hear(to, task);
    } else if (!next || !loop.visit(() -> hear(to, task))) {
      loop.executor().execute(() -> hear(to, task));
    }
  }

  /** It counts until it is done, so that nothing that comes of it overtakes the rest of it. */
  private void hear(int to, Runnable task) {
    try {
      task.run();
    } finally {
      told.decrementAndGet(to);
    }
  }

  private void enter(Runnable task) {
    if (take(task)) {
      hold(task);
    }
  }

  /**
   * @return false if the strand was taken, so that the task waits
   */
  private boolean take(Runnable task) {
    synchronized (door) {
      if (taken) {
        waiting.add(task);
        return false;
      }
      taken = true;
      return true;
    }
  }

  /**
   * Runs the task, then what has come meanwhile, and leaves. In the middle of another strand's task
   * only the first: what others brought may lead back to that strand, which is not done.
   */
  private void hold(Runnable task) {
    TurnExecutor loop = TurnExecutor.current();
    int others = loop.strands == 0 ? MOST_FOR_OTHERS : 0;
    loop.strands++;
    holder = Thread.currentThread();
    try {
      task.run();
    } finally {
      goOn(others);
      loop.strands--;
    }
  }

  /**
   * @param most so many tasks run here, and the others with the keeper
   */
  private void goOn(int most) {
    holder = Thread.currentThread();
    for (int left = most; ; left--) {
      Runnable next;
      synchronized (door) {
        if (waiting.isEmpty()) {
          holder = null;
          taken = false;
          return;
        }
        if (left == 0) {
          break;
        }
        next = waiting.remove();
      }
      try {
        next.run();
      } catch (Throwable broken) {
        log.error("event=task_failed of={}", next.getClass().getName(), broken);
      }
    }
    holder = null;
    try {
      keeper.executor().execute(() -> hold(NOTHING));
    } catch (RejectedExecutionException stopped) {
      // Loops stop one after the other, and whoever brought something awaits its end.
      goOn(Integer.MAX_VALUE);
    }
  }
}
