package io.mooring.server.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop that ends each of its turns (input, then tasks) with its {@link Agenda}. A task
 * that puts itself back into the queue would not do: Netty runs tasks for as long as there are any,
 * and looks for input only then.
 *
 * <p>While its thread sleeps, as there is nothing to do, others of the group may visit it: what
 * they have for it they do in its place, and need not wake its thread. Netty takes the visitor's
 * thread for the loop's own that long. Nobody waits to be let in, and the thread itself waits for a
 * visitor to leave only if it wakes up in the middle of a visit. A loop visits others in the time
 * in which it would sleep itself, so that busy loops share the work as ever.
 */
final class TurnExecutor extends SingleThreadIoEventLoop {
  /** After so long tasks that keep coming let input, and the end of the turn, go first. */
  private static final long MOST_TASKS_MILLIS = 5;

  /** Enough for nearly every frame. */
  private static final int OUTGOING_BYTES = 8 * 1024;

  /** For so long a loop has to have slept for each visit, and what is done on one takes less. */
  private static final long REST_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

  private static final int MOST_VISITS = 32;

  private static final Logger log = LoggerFactory.getLogger(TurnExecutor.class);

  /** Set on the threads of loops. */
  private static final FastThreadLocal<TurnExecutor> CURRENT = new FastThreadLocal<>();

  private final Flushes flushes = new Flushes();
  private final Agenda agenda = new Agenda(flushes);

  /**
   * Outside the heap, where the operating system reads and writes; the loop never gives them up.
   */
  private final ByteBuf incoming = direct(Intake.READ_BYTES);

  private final ByteBuf outgoing = direct(OUTGOING_BYTES);

  /** Held by its thread but while that sleeps, and by a visitor. */
  private final ReentrantLock door = new ReentrantLock();

  private final Rest rest = new Rest();

  /** Whom it has visited in this turn. */
  private final Queue<TurnExecutor> hosts = new ArrayDeque<>();

  private final boolean visited;

  /** Whether its thread sleeps; guarded by the door. */
  private boolean asleep;

  /** How many visits it may still make in this turn. */
  private int visits;

  private volatile @Nullable Thread visitor;

  /** How many strands its thread is inside. */
  int strands;

  /**
   * @param visited whether others may visit it, which the input's handler must allow: it has to ask
   *     between its sleep and what it does then whether it is to report how long that takes
   */
  TurnExecutor(IoEventLoopGroup parent, Executor executor, IoHandlerFactory io, boolean visited) {
    super(
        parent,
        executor,
        io,
        DEFAULT_MAX_PENDING_TASKS,
        RejectedExecutionHandlers.reject(),
        MOST_TASKS_MILLIS);
    this.visited = visited;
  }

  /** Whether the caller is a loop. */
  static boolean isCurrent() {
    return CURRENT.isSet();
  }

  /** The one whose thread the caller is. */
  static TurnExecutor current() {
    return CURRENT.get();
  }

  Flushes flushes() {
    return flushes;
  }

  Agenda agenda() {
    return agenda;
  }

  ByteBuf incoming() {
    return incoming;
  }

  ByteBuf outgoing() {
    return outgoing;
  }

  private static ByteBuf direct(int bytes) {
    return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes));
  }

  /**
   * Runs the task now on this loop, in the place of its thread, if that sleeps and nothing waits
   * here.
   *
   * @param guest the loop whose thread the caller is
   * @return false if the task was not run
   */
  boolean admit(TurnExecutor guest, Runnable task) {
    if (guest.visits == 0 || !door.tryLock()) {
      return false;
    }
    boolean more = false;
    try {
      visitor = Thread.currentThread();
      if (!isAlone() || super.hasTasks()) {
        return false;
      }
      guest.visits--;
      if (!guest.hosts.contains(this)) {
        guest.hosts.add(this);
      }
      try {
        task.run();
      } catch (Throwable broken) {
        log.error("event=task_failed of={}", task.getClass().getName(), broken);
      }
      // Only the thread itself can do that, so it need not wait for the end of the visitor's turn.
      more = super.hasTasks() || isDueEarlier();
    } finally {
      visitor = null;
      door.unlock();
    }
    if (more) {
      ioHandler().wakeup();
    }
    return true;
  }

  /**
   * Whether there is nobody but the visitor: the thread sleeps, and has not come back meanwhile to
   * wait at the door, where those who only try it would be ahead of it again and again.
   */
  private boolean isAlone() {
    return asleep && !door.hasQueuedThreads();
  }

  /** Does what has come of the visits of this turn. */
  private void concludeVisits() {
    for (TurnExecutor host = hosts.poll(); host != null; host = hosts.poll()) {
      host.concludeVisit();
    }
  }

  /**
   * Ends the turn in the place of the thread, if that still sleeps. It does so itself if it is
   * awake, and so does another visitor.
   */
  private void concludeVisit() {
    if (!door.tryLock()) {
      return;
    }
    boolean more = false;
    try {
      visitor = Thread.currentThread();
      if (isAlone()) {
        agenda.doShort();
        more = hasTasks() || isDueEarlier();
      }
    } finally {
      visitor = null;
      door.unlock();
    }
    if (more) {
      ioHandler().wakeup();
    }
  }

  /** Whether something has been put off to a time before that at which the thread wakes up. */
  private boolean isDueEarlier() {
    return deadlineNanos() < rest.until;
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return super.inEventLoop(thread) || thread == visitor;
  }

  @Override
  protected void run() {
    CURRENT.set(this);
    door.lock();
    try {
      super.run();
    } finally {
      door.unlock();
    }
  }

  @Override
  protected int runIo() {
    visits = 0;
    if (!visited) {
      return super.runIo();
    }
    try {
      return ioHandler().run(rest);
    } finally {
      rest.end();
    }
  }

  @Override
  protected void afterRunningAllTasks() {
    concludeVisits();
    agenda.endTurn();
    concludeVisits();
    super.afterRunningAllTasks();
  }

  @Override
  protected boolean hasTasks() {
    return super.hasTasks() || agenda.isOpen();
  }

  /**
   * What the input's handler asks of the loop before and after it waits for input: here the thread
   * leaves its loop to visitors, and comes back.
   */
  private final class Rest implements IoHandlerContext {
    /** When it is to wake up at the latest. */
    private long until;

    private long since;

    /** It has been asked how long it may sleep. */
    private boolean tired;

    /** Whether it has left the door open; for the thread alone. */
    private boolean away;

    @Override
    public boolean canBlock() {
      boolean idle = !hasTasks() && !hasScheduledTasks();
      if (idle && tired) {
        away = true;
        asleep = true;
        since = System.nanoTime();
        door.unlock();
      }
      tired = false;
      return idle;
    }

    @Override
    public long deadlineNanos() {
      tired = true;
      until = TurnExecutor.this.deadlineNanos();
      return until;
    }

    @Override
    public long delayNanos(long now) {
      return Math.max(0, until - getCurrentTimeNanos());
    }

    /** Asked between sleep and input. */
    @Override
    public boolean shouldReportActiveIoTime() {
      end();
      return false;
    }

    void end() {
      if (away) {
        visits = (int) Math.min(MOST_VISITS, (System.nanoTime() - since) / REST_NANOS);
        door.lock();
        asleep = false;
        away = false;
      }
    }

    @Override
    public void reportActiveIoTime(long nanos) {}
  }
}
