package io.mooring.controlplane.registration;

import io.mooring.registry.Claim;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.v1.Load;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What each server said of itself last, to this process. Safe for all threads. */
public final class Loads {
  private record Report(Claim claim, Load load) {}

  private final Map<String, Report> byServer = new ConcurrentHashMap<>();

  void report(Claim claim, Load load) {
    byServer.put(claim.serverId(), new Report(claim, load));
  }

  /** Empty if this instance of the server has not reported to this process. */
  public Optional<Load> of(Server server) {
    return Optional.ofNullable(byServer.get(server.id()))
        .filter(report -> report.claim().instanceUid().equals(server.instanceUid()))
        .map(Report::load);
  }

  /** Forgets servers that have left. */
  public void follow(RegistryView view) {
    byServer.keySet().retainAll(view.byId().keySet());
  }
}
