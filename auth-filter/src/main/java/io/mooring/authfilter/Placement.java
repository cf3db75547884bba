package io.mooring.authfilter;

import io.mooring.registry.RegistryView;
import io.mooring.registry.Rendezvous;
import io.mooring.registry.Server;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one connection may go, in order: the pin while Envoy has it among its endpoints, then
 * servers of the same service that take new connections, best first for this connection.
 *
 * @param service whose servers these are
 * @param hosts at most three; empty if the service has none
 * @param revision of the registry by which they were chosen
 */
record Placement(String service, List<Server> hosts, long revision) {
  private static final int MOST = 3;

  /**
   * @param pin the server that the client was on; null on a first connect
   * @param service which one a first connect is for
   */
  static Placement of(RegistryView view, @Nullable String pin, String service, String connId) {
    Server pinned = pin == null ? null : view.server(pin).orElse(null);
    String chosen = pinned == null ? service : pinned.service();
    List<Server> hosts = new ArrayList<>(MOST);
    if (pinned != null && pinned.state().inEndpoints()) {
      hosts.add(pinned);
    }
    List<Server> candidates = new ArrayList<>();
    for (Server server : view.servers()) {
      if (server.placeable() && server.service().equals(chosen) && !server.id().equals(pin)) {
        candidates.add(server);
      }
    }
    for (Server server : Rendezvous.order(connId, candidates)) {
      if (hosts.size() < MOST) {
        hosts.add(server);
      }
    }
    return new Placement(chosen, List.copyOf(hosts), view.revision());
  }

  /** The form that Envoy's override_host policy reads: {@code ip:port,ip:port}. */
  String addresses() {
    StringBuilder addresses = new StringBuilder(MOST * 22);
    for (Server host : hosts) {
      addresses.append(addresses.isEmpty() ? "" : ",").append(host.address());
    }
    return addresses.toString();
  }
}
