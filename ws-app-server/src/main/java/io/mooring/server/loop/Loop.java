package io.mooring.server.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One event loop with what belongs to it. Everything but {@link #run} is for the loop itself. */
public final class Loop {
  private static final int TICKS_PER_REPORT = 20;

  private final TurnExecutor executor;
  private final int index;
  private final Wheel wheel = new Wheel(System.nanoTime());
  private final Flate flate = new Flate();
  private byte[] scratch = new byte[8 * 1024];
  private int ticksUntilReport = TICKS_PER_REPORT;
  private volatile long lagNanos;
  private @Nullable Future<?> ticking;

  Loop(TurnExecutor executor, int index) {
    this.executor = executor;
    this.index = index;
  }

  void start() {
    // Not at a fixed rate: the ticks missed in a stall would all come at once, and hide its lag.
    ticking =
        executor.scheduleWithFixedDelay(
            this::tick, Wheel.TICK_MILLIS, Wheel.TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  void stop() {
    if (ticking != null) {
      ticking.cancel(false);
    }
  }

  public EventLoop executor() {
    return executor;
  }

  /** Its place among the {@link Loops}, from 0. */
  public int index() {
    return index;
  }

  public boolean inside() {
    return executor.inEventLoop();
  }

  /** Runs the task on this loop: now if the caller is on it, else as a message, in order. */
  public void run(Runnable task) {
    if (executor.inEventLoop()) {
      task.run();
    } else {
      executor.execute(task);
    }
  }

  /**
   * Runs the task on this loop now, if that wakes nobody: its thread sleeps, and the caller's is
   * another loop's that has the time.
   *
   * @return false if the task was not run
   */
  boolean visit(Runnable task) {
    return TurnExecutor.isCurrent() && executor.admit(TurnExecutor.current(), task);
  }

  public Flushes flushes() {
    return executor.flushes();
  }

  /** What is to be done at the end of this turn. */
  public Agenda agenda() {
    return executor.agenda();
  }

  /** Compresses and expands for all sockets of this loop. */
  public Flate flate() {
    assert inside();
    return flate;
  }

  public void schedule(Timed timed, long delayMillis) {
    assert inside();
    wheel.schedule(timed, delayMillis, System.nanoTime());
  }

  public void cancel(Timed timed) {
    assert inside();
    wheel.cancel(timed);
  }

  /** How long what runs now may have waited for this loop, in nanoseconds. */
  public long lagNanos() {
    assert inside();
    return wheel.lagNanos(System.nanoTime());
  }

  /** The worst lag of the last second or so, in nanoseconds; for any thread. */
  public long recentLagNanos() {
    return lagNanos;
  }

  /** An area of at least {@code size} bytes, the caller's until it returns to the loop. */
  public byte[] scratch(int size) {
    assert inside();
    if (scratch.length < size) {
      scratch = new byte[Math.max(size, scratch.length * 2)];
    }
    return scratch;
  }

  /** An area outside the heap, for what goes to the operating system; lent like scratch. */
  public ByteBuf outgoing() {
    assert inside();
    return executor.outgoing();
  }

  private void tick() {
    wheel.advance(System.nanoTime());
    if (--ticksUntilReport == 0) {
      ticksUntilReport = TICKS_PER_REPORT;
      lagNanos = wheel.takeWorstLagNanos();
    }
  }
}
