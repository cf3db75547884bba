package io.mooring.controlplane.xds;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.acknowledgement.EnvoyReport;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class ReporterTest {
  private final Queue<EnvoyReport> written = new ConcurrentLinkedQueue<>();

  private static EnvoyStatus acked(String id, long revision) {
    return new EnvoyStatus(id, true, true, revision, List.of());
  }

  private List<Long> revisions() {
    return written.stream().map(EnvoyReport::revision).toList();
  }

  @Test
  void whatChangedIsReportedAtOnceAndEverythingEveryFiveSeconds() {
    try (Reporter reporter = new Reporter("control-1", (id, report) -> written.add(report))) {
      reporter.start();

      reporter.changed(acked("edge-1", 42));

      await()
          .pollDelay(Duration.ZERO)
          .atMost(Duration.ofSeconds(2))
          .until(() -> written.contains(new EnvoyReport("control-1", 1, 42, true)));
      await()
          .atMost(Duration.ofSeconds(8))
          .until(() -> written.contains(new EnvoyReport("control-1", 2, 42, true)));
    }
  }

  @Test
  void anEnvoyThatWentIsReportedSoAndNoMore() {
    try (Reporter reporter = new Reporter("control-1", (id, report) -> written.add(report))) {
      reporter.changed(acked("edge-1", 42).gone());
    }

    assertEquals(List.of(new EnvoyReport("control-1", 1, 42, false)), List.copyOf(written));
  }

  @Test
  void whileAReportHangsOnlyTheNewestOfAnEnvoyWaits() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    Semaphore begun = new Semaphore(0);
    try (Reporter reporter =
        new Reporter(
            "control-1",
            (id, report) -> {
              begun.release();
              awaitUninterrupted(hangs);
              written.add(report);
            })) {
      reporter.changed(acked("edge-1", 1));
      begun.acquire();

      for (int revision = 2; revision <= 1_000; revision++) {
        reporter.changed(acked("edge-1", revision));
      }
      hangs.countDown();

      await().until(() -> written.size() == 2);
    }
    assertEquals(List.of(1L, 1_000L), revisions());
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatCouldNotBeWrittenIsTriedAgain() {
    Semaphore failures = new Semaphore(2);
    try (Reporter reporter =
        new Reporter(
            "control-1",
            (id, report) -> {
              if (failures.tryAcquire()) {
                throw new IllegalStateException("Redis is away");
              }
              written.add(report);
            })) {
      reporter.changed(acked("edge-1", 7));

      await().atMost(Duration.ofSeconds(5)).until(() -> !written.isEmpty());
    }
    assertTrue(revisions().contains(7L));
  }
}
