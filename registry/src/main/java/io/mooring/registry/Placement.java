package io.mooring.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where one connection may go, in order: the pin while Envoy has it among its endpoints, then
 * servers of the same service that take new connections, best first for this connection. The one
 * place that says so, for those who place and for those who explain.
 *
 * @param service whose servers these are
 * @param pin the server that the pin names, in whatever state; empty if none does
 * @param hosts at most three; empty if the service has none
 * @param revision of the registry by which they were chosen
 */
public record Placement(String service, Optional<Server> pin, List<Server> hosts, long revision) {
  private static final int MOST = 3;

  /**
   * @param pin the id of the server that the client was on; null on a first connect
   * @param service which one a first connect is for; a pin that is known leads to its own
   */
  public static Placement of(
      RegistryView view, @Nullable String pin, String service, String connId) {
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
    return new Placement(chosen, Optional.ofNullable(pinned), List.copyOf(hosts), view.revision());
  }

  /** Whether the first host is the pin, and not one that stands in for it. */
  public boolean leadsToPin() {
    return pin.isPresent() && !hosts.isEmpty() && hosts.getFirst().equals(pin.get());
  }

  /** The form that Envoy's override_host policy reads: {@code ip:port,ip:port}. */
  public String addresses() {
    StringBuilder addresses = new StringBuilder(MOST * 22);
    for (Server host : hosts) {
      addresses.append(addresses.isEmpty() ? "" : ",").append(host.address());
    }
    return addresses.toString();
  }
}
