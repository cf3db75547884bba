package io.mooring.controlplane.xds;

import io.mooring.controlplane.acknowledgement.EnvoyReport;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports this control plane's Envoys to the others: each at once when it comes, goes or has
 * acknowledged new endpoints, and all of them every five seconds. A report that cannot be written
 * waits, and of each Envoy only the newest.
 */
final class Reporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reporter.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  private final String replica;
  private final Acknowledgements acknowledgements;

  private final Map<String, EnvoyStatus> connected = new ConcurrentHashMap<>();

  /** What no report says yet; each has a task that will report it. */
  private final Map<String, EnvoyStatus> due = new ConcurrentHashMap<>();

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("xds-reports").factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  /** Belongs to the executor's thread: makes each report differ from the one before. */
  private long beat;

  /**
   * @param replica the name of this control plane
   */
  Reporter(String replica, Acknowledgements acknowledgements) {
    this.replica = replica;
    this.acknowledgements = acknowledgements;
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  void start() {
    var unused =
        executor.scheduleWithFixedDelay(
            this::reportAll, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Has the status reported soon. Any thread; does not wait for the report. */
  void changed(EnvoyStatus envoy) {
    if (envoy.connected()) {
      connected.put(envoy.id(), envoy);
    } else {
      connected.remove(envoy.id());
    }
    if (due.put(envoy.id(), envoy) == null) {
      executor.execute(() -> report(envoy.id()));
    }
  }

  private void reportAll() {
    connected.forEach(
        (id, envoy) -> {
          if (due.putIfAbsent(id, envoy) == null) {
            report(id);
          }
        });
  }

  private void report(String id) {
    EnvoyStatus envoy = due.remove(id);
    if (envoy == null) {
      return;
    }
    try {
      acknowledgements.report(
          id, new EnvoyReport(replica, ++beat, envoy.ackedRevision(), envoy.connected()));
    } catch (RuntimeException notWritten) {
      log.debug("event=xds_report_not_written envoy={} reason={}", id, notWritten.getMessage());
      if (due.putIfAbsent(id, envoy) == null) {
        var unused =
            executor.schedule(
                () -> report(id), PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Returns when what is due was tried, or two seconds later. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException interrupted) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
