package io.mooring.registry;

import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Servers and views of a registry that needs no Redis. */
final class Servers {
  private Servers() {}

  /** A server {@code <service>-<number>} with the port 7200 + number. */
  static Server server(String service, int number, ServerState state, boolean suspect) {
    return new Server(
        service + "-" + number,
        service,
        "uid",
        1,
        state,
        suspect,
        new Address("127.0.0.1", 7200 + number),
        Optional.empty(),
        8,
        "",
        Set.of());
  }

  static Server active(String service, int number) {
    return server(service, number, ServerState.ACTIVE, false);
  }

  static RegistryView view(Server... servers) {
    TreeMap<String, Server> byId = new TreeMap<>();
    for (Server server : servers) {
      byId.put(server.id(), server);
    }
    return new RegistryView("life-1", 7, byId);
  }
}
