package io.mooring.server.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The server's meters; safe for use by many threads. */
public final class Traffic {
  private final MeterRegistry meters;
  private final Counter received;
  private final Counter sent;

  public Traffic(MeterRegistry meters) {
    this.meters = meters;
    this.received =
        Counter.builder("mooring_messages_received")
            .description("Messages from clients")
            .register(meters);
    this.sent =
        Counter.builder("mooring_messages_delivered")
            .description("Publications to clients, one for each subscriber")
            .register(meters);
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
   * @param outcome {@code accepted}, or the code of the refusal
   */
  public void handshake(String outcome) {
    Counter.builder("mooring_handshakes")
        .description("Handshakes by outcome: accepted, or the code of the refusal")
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

  /**
   * @param code the close code, 1005 or 1006 if there was none
   */
  public void closed(int code) {
    Counter.builder("mooring_closes")
        .description("Sockets that have ended, by close code; 1005 and 1006 where there was none")
        .tag("code", Integer.toString(code))
        .register(meters)
        .increment();
  }
}
