package io.mooring.client;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The processors that this process may use, which it may share with others. Any thread. */
final class Processors {
  /** The share of their time from which on nothing is left to wait for. */
  private static final double BUSY = 0.9;

  /** A share is that of so long at least. */
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Timers timers;
  private @Nullable OperatingSystemMXBean system;
  private long askedAt;
  private boolean busy;

  Processors(Timers timers) {
    this.timers = timers;
  }

  /** Whether they were since the last question; no at first, as it is not known then. */
  synchronized boolean busy() {
    long now = timers.nanos();
    if (system == null) {
      system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      askedAt = now;
      // It tells the share since the question before.
      system.getCpuLoad();
    } else if (now - askedAt >= SAMPLE_NANOS) {
      askedAt = now;
      busy = system.getCpuLoad() >= BUSY;
    }
    return busy;
  }
}
