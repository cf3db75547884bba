package io.mooring.controlplane.drain;

import io.mooring.registry.DrainSpec;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a drain would do.
 *
 * @param connections that would be moved
 * @param eta until the last of them would be told
 * @param targets the servers that would take them
 * @param warnings what an operator should think of before, a sentence each
 */
public record DrainPlan(
    String serverId,
    long connections,
    DrainSpec spec,
    Duration eta,
    List<Server> targets,
    List<String> warnings) {
  /** The server closes whoever has not gone so long before the deadline. */
  private static final Duration CLOSED_BEFORE = Duration.ofSeconds(10);

  public DrainPlan {
    targets = List.copyOf(targets);
    warnings = List.copyOf(warnings);
  }

  static DrainPlan of(Server server, DrainSpec spec, long connections, RegistryView view) {
    List<Server> targets =
        view.servers().stream()
            .filter(
                other ->
                    other.placeable()
                        && other.service().equals(server.service())
                        && !other.id().equals(server.id()))
            .toList();
    Duration eta = Pace.span(spec, connections, connections);
    List<String> warnings = new ArrayList<>();
    if (targets.isEmpty()) {
      warnings.add(
          server.id()
              + " is the last ACTIVE server of service "
              + server.service()
              + ": nobody takes its clients");
    }
    Duration time = spec.deadline().minus(CLOSED_BEFORE);
    if (eta.compareTo(time) > 0) {
      warnings.add(
          "at %.0f/s the last client would be told after %d s, but whoever is still there is closed after %d s; a rate of %d or more is fast enough"
              .formatted(
                  Pace.rate(spec, connections),
                  eta.toSeconds(),
                  time.toSeconds(),
                  Math.ceilDiv(connections * 1000, time.toMillis())));
    }
    if (server.suspect()) {
      warnings.add(server.id() + " is suspect: its lease lapsed, so it may not hear of the drain");
    }
    server
        .drain()
        .ifPresent(
            drain ->
                warnings.add(
                    server.id() + " drains already, with " + drain.spec() + ": only that changes"));
    return new DrainPlan(server.id(), connections, spec, eta, targets, warnings);
  }
}
