package io.mooring.controlplane.xds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Counts what the Envoys answer, and how long they take; safe for all threads. */
final class Answers {
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(15),
  };

  private final Map<ResourceType, Timer> acks = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, Counter> nacks = new EnumMap<>(ResourceType.class);

  Answers(MeterRegistry meters) {
    for (ResourceType type : ResourceType.values()) {
      acks.put(
          type,
          Timer.builder("mooring.xds.ack")
              .description("From a response to an Envoy until it has taken it in")
              .tag("type", type.name())
              .serviceLevelObjectives(LATENCIES)
              .register(meters));
      nacks.put(
          type,
          Counter.builder("mooring.xds.nacks")
              .description("Responses that an Envoy has refused")
              .tag("type", type.name())
              .register(meters));
    }
  }

  void acked(ResourceType type, long nanos) {
    Objects.requireNonNull(acks.get(type)).record(nanos, TimeUnit.NANOSECONDS);
  }

  void nacked(ResourceType type) {
    Objects.requireNonNull(nacks.get(type)).increment();
  }
}
