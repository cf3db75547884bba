package io.mooring.controlplane.acknowledgement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mooring.controlplane.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports in a real Valkey, judged by a clock that the test moves. */
class EnvoyReportsTest {
  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong(1);
  private Tier tier;
  private EnvoyReports reports;

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    reports = new EnvoyReports(tier.envoys(), clock::get);
  }

  @AfterEach
  void stop() {
    tier.close();
  }

  @Test
  void whoHasNotAcknowledgedTheRevisionOrALaterOneIsBehind() {
    report("edge-1", new EnvoyReport("control-1", 1, 6, true));
    report("edge-2", new EnvoyReport("control-2", 1, 7, true));
    report("edge-3", new EnvoyReport("control-2", 1, 8, true));

    assertEquals(List.of("edge-1"), reports.read().behind(7));
    assertEquals(List.of(), reports.behind(6));
  }

  @Test
  void anEnvoyThatIsNotConnectedIsNotAwaited() {
    report("edge-1", new EnvoyReport("control-1", 1, 6, false));
    tier.envoys().report("edge-2", "revision=x");

    assertEquals(List.of(), reports.read().behind(7));
    assertEquals(1, reports.all().size());
  }

  @Test
  void anEnvoyOfWhichNothingNewIsSaidCountsForThirtySeconds() {
    report("edge-1", new EnvoyReport("control-1", 1, 6, true));
    reports.read();
    elapse(Duration.ofSeconds(30));
    assertEquals(List.of("edge-1"), reports.read().behind(7));

    elapse(Duration.ofMillis(1));
    assertEquals(List.of(), reports.read().behind(7));

    report("edge-1", new EnvoyReport("control-1", 2, 6, true));
    assertEquals(List.of("edge-1"), reports.read().behind(7));
  }

  @Test
  void afterAnHourItIsForgottenUnlessSomethingNewIsSaid() {
    report("edge-1", new EnvoyReport("control-1", 1, 6, false));
    report("edge-2", new EnvoyReport("control-1", 1, 6, true));
    reports.read();
    elapse(Duration.ofHours(1));
    reports.forgetTheOld();
    assertEquals(2, tier.envoys().all().size());

    EnvoyReport news = new EnvoyReport("control-2", 9, 6, true);
    report("edge-2", news);
    elapse(Duration.ofMillis(1));
    reports.forgetTheOld();

    assertEquals(Map.of("edge-2", news.toString()), tier.envoys().all());
  }

  @Test
  void aWaitEndsAtOnceWhenItIsToEnd() throws InterruptedException {
    report("edge-1", new EnvoyReport("control-1", 1, 6, true));
    CountDownLatch closing = new CountDownLatch(0);

    assertEquals(List.of("edge-1"), reports.await(7, closing));
    assertEquals(List.of(), reports.await(6, closing));
  }

  private void report(String id, EnvoyReport report) {
    tier.envoys().report(id, report.toString());
  }

  private void elapse(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
