package io.mooring.client;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A timer in a client's order: once it is cancelled there, its task does not run any more. */
final class Alarm {
  private final Runnable task;
  private Timers.@Nullable Timer timer;
  private boolean over;

  private Alarm(Runnable task) {
    this.task = task;
  }

  /** Runs {@code task} in the given order, so many milliseconds from now. */
  static Alarm set(Timers timers, Executor order, long millis, Runnable task) {
    Alarm alarm = new Alarm(task);
    alarm.timer = timers.after(millis, () -> order.execute(alarm::ring));
    return alarm;
  }

  private void ring() {
    if (!over) {
      over = true;
      task.run();
    }
  }

  void cancel() {
    over = true;
    if (timer != null) {
      timer.cancel();
    }
  }

  static void cancel(@Nullable Alarm alarm) {
    if (alarm != null) {
      alarm.cancel();
    }
  }
}
