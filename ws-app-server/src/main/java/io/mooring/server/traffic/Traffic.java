package io.mooring.server.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.mooring.server.history.Gap;
import io.mooring.server.protocol.SubscribeFailure;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's meters; safe for use by many threads. What a message passes allocates nothing and
 * looks nothing up. All meters whose labels are known before stand there from the start, with 0, so
 * that an alert on their growth sees the first.
 */
public final class Traffic {
  private static final double[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private static final Duration[] LATENCIES =
      millis(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000);

  private final MeterRegistry meters;
  private final Counter received;
  private final Counter sent;
  private final Counter replayed;
  private final Counter conflated;
  private final Timer fanout;
  private final Timer published;
  private final DistributionSummary appended;
  private final Counter recovered;
  private final Map<Gap, Counter> unrecovered = new EnumMap<>(Gap.class);
  private final Map<SubscribeFailure, Counter> refused = new EnumMap<>(SubscribeFailure.class);
  private final Map<Gap, Counter> gaps = new EnumMap<>(Gap.class);
  private final Counter publications;
  private final Map<String, Counter> failedPublications = new ConcurrentHashMap<>();
  private final Map<String, Counter> handshakes = new ConcurrentHashMap<>();
  private final Map<Integer, Counter> closes = new ConcurrentHashMap<>();

  public Traffic(MeterRegistry meters) {
    this.meters = meters;
    this.received =
        counter("mooring_messages_received", "Messages from clients, of any kind").register(meters);
    this.sent =
        counter("mooring_messages_delivered", "Publications to clients, one for each subscriber")
            .register(meters);
    this.replayed =
        counter("mooring_messages_replayed", "Publications that a resume brought after the fact")
            .register(meters);
    this.conflated =
        counter(
                "mooring_messages_conflated",
                "Publications that went for a newer one of their key before a slow client had them")
            .register(meters);
    this.fanout =
        Timer.builder("mooring_fanout_seconds")
            .description(
                "From the arrival of a publication at this server to its last local subscriber's write")
            .serviceLevelObjectives(LATENCIES)
            .register(meters);
    this.published =
        Timer.builder("mooring_publish_seconds")
            .description("From a publication's request to its position in the log")
            .serviceLevelObjectives(LATENCIES)
            .register(meters);
    this.appended =
        DistributionSummary.builder("mooring_append_batch")
            .description("Publications that went to the log in one call")
            .serviceLevelObjectives(BATCHES)
            .register(meters);
    this.publications = publishes("published");
    this.recovered = resumes("recovered");
    for (SubscribeFailure failure : SubscribeFailure.values()) {
      refused.put(failure, resumes(failure.word()));
    }
    for (Gap gap : Gap.values()) {
      unrecovered.put(gap, resumes(gap.word()));
      gaps.put(
          gap,
          counter("mooring_gaps", "Channels whose subscribers were told that messages are lost")
              .tag("reason", gap.word())
              .register(meters));
    }
  }

  public void watch(IntSupplier connections, IntSupplier channels, LongSupplier lagMicros) {
    Gauge.builder("mooring_connections", connections::getAsInt)
        .description("Open connections")
        .register(meters);
    Gauge.builder("mooring_channels", channels::getAsInt)
        .description("Channels with a subscriber on this server")
        .register(meters);
    Gauge.builder("mooring_loop_lag_seconds", () -> lagMicros.getAsLong() / 1e6)
        .description("Worst lateness of an event loop in the last second")
        .register(meters);
  }

  /**
   * @param queued bytes that wait to be written to all sockets
   * @param worst the same of the one that most waits for
   */
  public void watchQueues(LongSupplier queued, LongSupplier worst) {
    Gauge.builder("mooring_queued_bytes", queued::getAsLong)
        .description("What waits to be written to sockets, of all")
        .register(meters);
    Gauge.builder("mooring_queued_worst_bytes", worst::getAsLong)
        .description("What waits to be written to the one socket for which most waits")
        .register(meters);
  }

  public void watchLog(BooleanSupplier available) {
    Gauge.builder("mooring_log_available", () -> available.getAsBoolean() ? 1 : 0)
        .description("Whether what carries and keeps messages answers")
        .register(meters);
  }

  /**
   * @param outcome {@code accepted}, or the code of the refusal
   */
  public void handshake(String outcome) {
    handshakes
        .computeIfAbsent(
            outcome,
            code ->
                counter(
                        "mooring_handshakes",
                        "Handshakes by outcome: accepted, or the code of the refusal")
                    .tag("outcome", code)
                    .register(meters))
        .increment();
  }

  /**
   * @param outcome {@code renewed}, {@code busy}, or the check that failed
   */
  public void renewal(String outcome) {
    Counter.builder("mooring_renewals")
        .description("New tokens of open sockets by outcome: renewed, or the check that failed")
        .tag("outcome", outcome)
        .register(meters)
        .increment();
  }

  public void received() {
    received.increment();
  }

  public void delivered(long messages) {
    sent.increment(messages);
  }

  /** A publication waited for a client, and went for a newer one of its key. */
  public void conflated() {
    conflated.increment();
  }

  /**
   * The last subscriber on one loop has been written what arrived.
   *
   * @param nanos since it arrived at this server
   */
  public void fannedOut(long nanos) {
    fanout.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A client's wish to go on from a position was answered.
   *
   * @param gap why it cannot be; null if nothing is missing
   * @param messages how many publications were replayed
   */
  public void resumed(@Nullable Gap gap, int messages) {
    Counter outcome = gap == null ? recovered : unrecovered.get(gap);
    if (outcome != null) {
      outcome.increment();
    }
    replayed.increment(messages);
  }

  /** A client's wish to go on from a position was refused: it does not subscribe at all. */
  public void notResumed(SubscribeFailure failure) {
    Counter outcome = refused.get(failure);
    if (outcome != null) {
      outcome.increment();
    }
  }

  /** The subscribers of one channel were told that messages may be missing. */
  public void lost(Gap gap) {
    Counter reason = gaps.get(gap);
    if (reason != null) {
      reason.increment();
    }
  }

  /**
   * A publication stands in the log.
   *
   * @param nanos since it was asked for
   */
  public void published(long nanos) {
    publications.increment();
    published.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A publication was not made, or nobody knows whether it was.
   *
   * @param outcome one of a few words
   */
  public void notPublished(String outcome) {
    failedPublications.computeIfAbsent(outcome, this::publishes).increment();
  }

  /** So many publications went to the log in one call. */
  public void appended(int publications) {
    appended.record(publications);
  }

  /**
   * @param code the close code, 1005 or 1006 if there was none
   */
  public void closed(int code) {
    closes
        .computeIfAbsent(
            code,
            number ->
                counter(
                        "mooring_closes",
                        "Sockets that have ended, by close code; 1005 and 1006 where there was none")
                    .tag("code", Integer.toString(number))
                    .register(meters))
        .increment();
  }

  private Counter publishes(String outcome) {
    return counter("mooring_publishes", "Publications by outcome: published, or why they were not")
        .tag("outcome", outcome)
        .register(meters);
  }

  private Counter resumes(String outcome) {
    return counter(
            "mooring_resumes", "Subscriptions from a position: recovered, or why they could not be")
        .tag("outcome", outcome)
        .register(meters);
  }

  private static Counter.Builder counter(String name, String description) {
    return Counter.builder(name).description(description);
  }

  private static Duration[] millis(double... bounds) {
    Duration[] durations = new Duration[bounds.length];
    for (int i = 0; i < bounds.length; i++) {
      durations[i] = Duration.ofNanos(Math.round(bounds[i] * 1e6));
    }
    return durations;
  }
}
