package io.mooring.controlplane.registration;

import io.mooring.process.Secret;
import io.mooring.registry.Address;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The services that may register, each with its token and the addresses that it may name. */
public final class Services {
  private static final Logger log = LoggerFactory.getLogger(Services.class);

  private record Service(Secret token, List<Network> networks, PortRange ports, String expected) {}

  private final SortedMap<String, Service> byName = new TreeMap<>();
  private final Set<String> reported = ConcurrentHashMap.newKeySet();

  /**
   * @param policies by the service's name
   */
  public Services(Map<String, ServicePolicy> policies) {
    policies.forEach(
        (name, policy) ->
            byName.put(
                name,
                new Service(
                    policy.registrationToken(),
                    policy.networks().stream().map(Network::parse).toList(),
                    PortRange.parse(policy.ports()),
                    "a literal ip:port in "
                        + String.join(", ", policy.networks())
                        + " with a port of "
                        + policy.ports())));
  }

  /** The services whose token this is. Takes the same time for every wrong token of a length. */
  Set<String> openedBy(String token) {
    byte[] given = token.getBytes(StandardCharsets.UTF_8);
    Set<String> opened = new TreeSet<>();
    byName.forEach(
        (name, service) -> {
          byte[] expected = service.token().reveal().getBytes(StandardCharsets.UTF_8);
          if (MessageDigest.isEqual(expected, given)) {
            opened.add(name);
          }
        });
    return opened;
  }

  Set<String> names() {
    return byName.keySet();
  }

  /** What was expected instead of an address that the service may not name; empty if it may. */
  public Optional<String> refusal(String name, Address address) {
    Service service = byName.get(name);
    if (service == null) {
      return Optional.of("a service that is configured");
    }
    boolean allowed =
        service.ports().contains(address.port())
            && service.networks().stream().anyMatch(network -> network.contains(address));
    return allowed ? Optional.empty() : Optional.of(service.expected());
  }

  /**
   * The view without servers that could not register now: what stands in Redis is not trusted to
   * have come through {@code Register}.
   */
  public RegistryView admitted(RegistryView view) {
    SortedMap<String, Server> servers = new TreeMap<>(view.byId());
    servers.values().removeIf(server -> !admits(server));
    return new RegistryView(view.incarnation(), view.revision(), servers);
  }

  private boolean admits(Server server) {
    Optional<String> refused =
        refusal(server.service(), server.address())
            .or(() -> server.apiAddress().flatMap(api -> refusal(server.service(), api)));
    if (refused.isPresent() && reported.add(server.id() + " " + server.address())) {
      log.warn(
          "event=server_not_admitted server={} service={} address={} expected=\"{}\"",
          server.id(),
          server.service(),
          server.address(),
          refused.get());
    }
    return refused.isEmpty();
  }
}
