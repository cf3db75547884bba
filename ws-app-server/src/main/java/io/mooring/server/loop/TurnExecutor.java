package io.mooring.server.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * An event loop that ends each of its turns (input, then tasks) with its {@link Agenda}. A task
 * that puts itself back into the queue would not do: Netty runs tasks for as long as there are any,
 * and looks for input only then.
 */
final class TurnExecutor extends SingleThreadIoEventLoop {
  /** After so long tasks that keep coming let input, and the end of the turn, go first. */
  private static final long MOST_TASKS_MILLIS = 5;

  /** Enough for nearly every frame. */
  private static final int OUTGOING_BYTES = 8 * 1024;

  /** Set on the threads of loops. */
  private static final FastThreadLocal<TurnExecutor> CURRENT = new FastThreadLocal<>();

  private final Flushes flushes = new Flushes();
  private final Agenda agenda = new Agenda(flushes);

  /**
   * Outside the heap, where the operating system reads and writes; the loop never gives them up.
   */
  private final ByteBuf incoming = direct(Intake.READ_BYTES);

  private final ByteBuf outgoing = direct(OUTGOING_BYTES);

  /** How many strands its thread is inside. */
  int strands;

  TurnExecutor(IoEventLoopGroup parent, Executor executor, IoHandlerFactory io) {
    super(
        parent,
        executor,
        io,
        DEFAULT_MAX_PENDING_TASKS,
        RejectedExecutionHandlers.reject(),
        MOST_TASKS_MILLIS);
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

  @Override
  protected void run() {
    CURRENT.set(this);
    super.run();
  }

  @Override
  protected void afterRunningAllTasks() {
    agenda.endTurn();
    super.afterRunningAllTasks();
  }

  @Override
  protected boolean hasTasks() {
    return super.hasTasks() || agenda.isOpen();
  }
}
