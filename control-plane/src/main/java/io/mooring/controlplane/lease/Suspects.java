package io.mooring.controlplane.lease;

import static java.util.stream.Collectors.toSet;

import io.mooring.controlplane.lease.Leases.Lapse;
import io.mooring.controlplane.probe.Probe;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Looks at suspect servers themselves while removals are frozen: one whose port refuses three
 * times, while another server's answers, is dead and not cut off. Belongs to the reaper's thread.
 */
final class Suspects {
  private static final int REFUSALS = 3;
  private static final int OTHERS = 8;

  private final Map<String, Integer> refusals = new HashMap<>();

  /** Probes each once, all at the same time; returns those that are dead by now. */
  List<Lapse> probe(RegistryView view, Collection<Lapse> lapses) {
    Set<String> lapsed = lapses.stream().map(lapse -> lapse.server().id()).collect(toSet());
    Stream<Server> others =
        view.servers().stream().filter(server -> !lapsed.contains(server.id())).limit(OTHERS);
    Map<String, Probe> results =
        probe(Stream.concat(lapses.stream().map(Lapse::server), others).toList());
    Map<String, Integer> before = Map.copyOf(refusals);
    refusals.clear();
    for (Lapse lapse : lapses) {
      if (results.get(lapse.server().id()) == Probe.REFUSED) {
        refusals.put(lapse.life(), before.getOrDefault(lapse.life(), 0) + 1);
      }
    }
    if (!results.containsValue(Probe.ANSWERED)) {
      return List.of();
    }
    return lapses.stream()
        .filter(lapse -> refusals.getOrDefault(lapse.life(), 0) >= REFUSALS)
        .toList();
  }

  void clear() {
    refusals.clear();
  }

  private static Map<String, Probe> probe(Collection<Server> servers) {
    Map<String, Future<Probe>> running = new HashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Server server : servers) {
        running.put(server.id(), threads.submit(() -> Probe.of(server.address())));
      }
    }
    Map<String, Probe> results = new HashMap<>();
    running.forEach((id, result) -> results.put(id, result.resultNow()));
    return results;
  }
}
