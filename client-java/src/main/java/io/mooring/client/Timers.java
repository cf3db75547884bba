package io.mooring.client;

/**
 * Time, and tasks for later. An implementation is used by many clients and threads at once; {@link
 * SharedTimers} is the process's own.
 */
interface Timers {
  /** A task for later. */
  interface Timer {
    /** Does nothing if the task has run; it may still run if it is about to. */
    void cancel();
  }

  /** Nanoseconds of a clock that is never set. */
  long nanos();

  /** Milliseconds since 1970, by the clock of the machine. */
  long epochMillis();

  /** Runs {@code task}, which must be short, so many milliseconds from now, on any thread. */
  Timer after(long millis, Runnable task);
}
