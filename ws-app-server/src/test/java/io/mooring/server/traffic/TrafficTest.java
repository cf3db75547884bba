package io.mooring.server.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.mooring.server.history.Gap;
import io.mooring.server.protocol.SubscribeFailure;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Traffic traffic = new Traffic(meters);

  @Test
  void everyReasonStandsThereBeforeItsFirstCase() {
    for (Gap gap : Gap.values()) {
      assertLine("mooring_resumes_total{outcome=\"" + gap.word() + "\"} 0.0");
      assertLine("mooring_gaps_total{reason=\"" + gap.word() + "\"} 0.0");
    }
    for (SubscribeFailure refusal : SubscribeFailure.values()) {
      assertLine("mooring_resumes_total{outcome=\"" + refusal.word() + "\"} 0.0");
    }
    assertLine("mooring_resumes_total{outcome=\"recovered\"} 0.0");
    assertLine("mooring_publishes_total{outcome=\"published\"} 0.0");
    assertLine("mooring_messages_conflated_total 0.0");
  }

  @Test
  void aResumeIsCountedByItsReasonAndWithWhatItReplayed() {
    traffic.resumed(null, 7);
    traffic.resumed(Gap.TRIMMED, 0);
    traffic.lost(Gap.EPOCH_CHANGED);

    assertLine("mooring_resumes_total{outcome=\"recovered\"} 1.0");
    assertLine("mooring_resumes_total{outcome=\"trimmed\"} 1.0");
    assertLine("mooring_gaps_total{reason=\"epoch_changed\"} 1.0");
    assertLine("mooring_messages_replayed_total 7.0");
  }

  @Test
  void fanOutIsAHistogramFrom50MicrosecondsTo5Seconds() {
    traffic.fannedOut(TimeUnit.MICROSECONDS.toNanos(40));
    traffic.fannedOut(TimeUnit.MICROSECONDS.toNanos(240));
    traffic.fannedOut(TimeUnit.SECONDS.toNanos(6));

    assertLine("mooring_fanout_seconds_bucket{le=\"5.0E-5\"} 1");
    assertLine("mooring_fanout_seconds_bucket{le=\"1.0E-4\"} 1");
    assertLine("mooring_fanout_seconds_bucket{le=\"2.5E-4\"} 2");
    assertLine("mooring_fanout_seconds_bucket{le=\"5.0\"} 2");
    assertLine("mooring_fanout_seconds_bucket{le=\"+Inf\"} 3");
  }

  @Test
  void aPublicationIsCountedByItsOutcomeAndMeasuredIfItIsInTheLog() {
    traffic.published(TimeUnit.MILLISECONDS.toNanos(2));
    traffic.notPublished("unavailable");
    traffic.appended(3);

    assertLine("mooring_publishes_total{outcome=\"published\"} 1.0");
    assertLine("mooring_publishes_total{outcome=\"unavailable\"} 1.0");
    assertLine("mooring_publish_seconds_bucket{le=\"0.0025\"} 1");
    assertLine("mooring_append_batch_bucket{le=\"2.0\"} 0");
    assertLine("mooring_append_batch_bucket{le=\"4.0\"} 1");
  }

  @Test
  void whatAMessagePassesAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    pass(20_000);

    long before = threads.getCurrentThreadAllocatedBytes();
    pass(20_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertTrue(allocated < 20_000, () -> allocated + " bytes for 20000 messages");
  }

  private void pass(int messages) {
    for (int i = 0; i < messages; i++) {
      traffic.received();
      traffic.fannedOut(1_000L * i);
      traffic.delivered(100);
      traffic.conflated();
      traffic.published(1_000L * i);
    }
  }

  private void assertLine(String line) {
    List<String> lines = meters.scrape().lines().toList();
    assertEquals(
        List.of(line),
        lines.stream().filter(line::equals).toList(),
        () -> String.join("\n", lines));
  }
}
