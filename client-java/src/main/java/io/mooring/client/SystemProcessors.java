package io.mooring.client;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** By what the JVM knows of them, in its module {@code jdk.management}; without that, nothing. */
final class SystemProcessors implements Processors {
  private static final Logger log = LoggerFactory.getLogger(SystemProcessors.class);

  /** The share of their time from which on nothing is left to wait for. */
  private static final double BUSY = 0.9;

  /** A share is that of so long at least; a shorter one is made of a few ticks of the system. */
  private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A share of so long says little of its end. */
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Timers timers;
  private @Nullable OperatingSystemMXBean system;
  private boolean unknown;
  private long askedAt;
  private boolean busy;

  SystemProcessors(Timers timers) {
    this.timers = timers;
  }

  @Override
  public synchronized void watch() {
    if (system == null || timers.nanos() - askedAt >= OLD_NANOS) {
      ask();
      busy = false;
    }
  }

  @Override
  public synchronized boolean busy() {
    if (system == null || timers.nanos() - askedAt >= SAMPLE_NANOS) {
      boolean first = system == null;
      // The share since the question before; negative if it is not known.
      busy = ask() >= BUSY && !first;
    }
    return busy;
  }

  private double ask() {
    if (unknown) {
      return -1;
    }
    askedAt = timers.nanos();
    try {
      if (system == null) {
        system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      }
      return system.getCpuLoad();
    } catch (LinkageError | RuntimeException noModule) {
      unknown = true;
      log.info(
          "event=processors_unknown action=\"as if they were never busy; add jdk.management\"",
          noModule);
      return -1;
    }
  }
}
