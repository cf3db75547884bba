package io.mooring.controlplane.explain;

import io.mooring.controlplane.connections.ConnectionSearch;
import io.mooring.controlplane.connections.Found;
import io.mooring.controlplane.connections.Question;
import io.mooring.controlplane.connections.Row;
import io.mooring.controlplane.explain.Explanation.Host;
import io.mooring.controlplane.explain.Explanation.Placed;
import io.mooring.registry.Placement;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Rendezvous;
import io.mooring.registry.Server;
import io.mooring.registry.ServiceNames;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Says where a connection goes, by the rule of {@link Placement}, and why. Safe for all threads;
 * each call waits for the servers.
 */
public final class Explainer {
  /** The weight of a whole server, in eighths. */
  private static final double WHOLE = 8;

  private final Supplier<RegistryView> registry;
  private final UnaryOperator<RegistryView> admitted;
  private final ServiceNames services;
  private final Optional<ConnectionSearch> search;

  /**
   * @param admitted what of a view the Envoys are told
   * @param services which one a first connect is for
   * @param search absent: nobody can be asked who holds a connection
   */
  public Explainer(
      Supplier<RegistryView> registry,
      UnaryOperator<RegistryView> admitted,
      ServiceNames services,
      Optional<ConnectionSearch> search) {
    this.registry = registry;
    this.admitted = admitted;
    this.services = services;
    this.search = search;
  }

  /**
   * Waits for the servers, if somebody must be asked.
   *
   * @param limit at most so many connections of a user
   */
  public Explanation explain(Target target, int limit) throws InterruptedException {
    return switch (target) {
      case Target.Url url -> explain(url);
      case Target.Conn conn -> explain(conn);
      case Target.User user -> explain(user, limit);
    };
  }

  private Explanation explain(Target.Url url) throws InterruptedException {
    RegistryView view = registry.get();
    String service = services.of(url.service().orElse(null), url.host());
    if (url.pin().isEmpty()) {
      return new Explanation(
          "url", 1, List.of(firstConnect(admitted.apply(view), service)), List.of());
    }
    Target.Url.Pin pin = url.pin().get();
    Found found = search(Question.ofConn(pin.conn()));
    Optional<Row> live =
        found.rows().stream()
            .filter(row -> row.server().equals(pin.server()))
            .findFirst()
            .or(() -> found.rows().stream().findFirst());
    return new Explanation(
        "url",
        1,
        List.of(placed(view, pin.server(), service, pin.conn(), live)),
        found.unanswered());
  }

  private Explanation explain(Target.Conn conn) throws InterruptedException {
    RegistryView view = registry.get();
    Found found = search(Question.ofConn(conn.id()));
    List<Placed> placements =
        found.rows().isEmpty()
            ? List.of(placed(view, null, defaultService(), conn.id(), Optional.empty()))
            : live(view, found);
    return new Explanation("conn", placements.size(), placements, found.unanswered());
  }

  private Explanation explain(Target.User user, int limit) throws InterruptedException {
    Found found = search(Question.ofUser(user.id(), limit));
    return new Explanation("user", found.total(), live(registry.get(), found), found.unanswered());
  }

  /** Of what comes by no host that is known. */
  private String defaultService() {
    return services.of(null, "");
  }

  private Found search(Question question) throws InterruptedException {
    return search.isPresent() ? search.get().search(question) : Found.NOTHING;
  }

  private List<Placed> live(RegistryView view, Found found) {
    return found.rows().stream()
        .map(row -> placed(view, row.server(), defaultService(), row.conn(), Optional.of(row)))
        .toList();
  }

  private Placed placed(
      RegistryView view, @Nullable String pin, String service, String conn, Optional<Row> live) {
    Placement placement = Placement.of(view, pin, service, conn);
    RegistryView known = admitted.apply(view);
    return new Placed(
        Optional.of(conn),
        placement.service(),
        placement.pin(),
        placement.pin().filter(server -> inEndpoints(known, server)).isPresent(),
        live,
        placement.hosts().stream().map(server -> host(placement, conn, server)).toList(),
        placement.hosts().stream()
            .filter(server -> inEndpoints(known, server))
            .map(Server::id)
            .findFirst(),
        reason(placement, pin, known));
  }

  private static Host host(Placement placement, String conn, Server server) {
    return new Host(
        server,
        placement.pin().filter(server::equals).isPresent(),
        Optional.of(score(conn, server)));
  }

  /** The score that a whole server with the same hash would have: u to the power of 8 / weight. */
  private static double score(String conn, Server server) {
    return Math.exp(WHOLE * Rendezvous.score(conn, server.id(), server.weight()));
  }

  /** Its id is made when it comes, and decides among all servers that take new connections. */
  private static Placed firstConnect(RegistryView known, String service) {
    List<Host> hosts =
        known.servers().stream()
            .filter(server -> server.placeable() && server.service().equals(service))
            .map(server -> new Host(server, false, Optional.empty()))
            .toList();
    return new Placed(
        Optional.empty(),
        service,
        Optional.empty(),
        false,
        Optional.empty(),
        hosts,
        hosts.size() == 1 ? Optional.of(hosts.getFirst().server().id()) : Optional.empty(),
        hosts.isEmpty()
            ? nobody(service)
            : "a first connect: the auth-filter makes a conn_id, by which one of these comes first");
  }

  private static boolean inEndpoints(RegistryView known, Server server) {
    return server.state().inEndpoints() && known.byId().containsKey(server.id());
  }

  private static String reason(Placement placement, @Nullable String pin, RegistryView known) {
    String service = placement.service();
    if (placement.hosts().isEmpty()) {
      return nobody(service);
    }
    if (pin == null) {
      return "no server is known to hold it: as a first connect of service " + service;
    }
    String itsPin = "its pin " + pin;
    if (placement.pin().isEmpty()) {
      return itsPin + " is not registered: as a first connect of service " + service;
    }
    Server pinned = placement.pin().get();
    if (!placement.leadsToPin()) {
      return itsPin + " is " + pinned.state() + ": the next in its rendezvous order";
    }
    if (!known.byId().containsKey(pin)) {
      return itsPin + " has an address that its service may not have, so that no Envoy knows it";
    }
    return pinned.suspect()
        ? itsPin + " is in the endpoints, but its lease has lapsed: Envoy tries it, then the next"
        : itsPin + " is in the endpoints";
  }

  private static String nobody(String service) {
    return "service " + service + " has no server that takes connections: it gets 503";
  }
}
