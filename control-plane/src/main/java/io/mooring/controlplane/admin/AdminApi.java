package io.mooring.controlplane.admin;

import io.helidon.webserver.http.HttpRouting;

/** {@code /admin/v1}: what operators and the command line ask of this process. */
public final class AdminApi {
  private static final String DRAIN = "/admin/v1/servers/{id}/drain";

  private final Gate gate;
  private final Servers servers;
  private final Envoys envoys;
  private final Connections connections;
  private final Explain explain;
  private final Leader leader;
  private final Draining draining;

  public AdminApi(
      Gate gate,
      Servers servers,
      Envoys envoys,
      Connections connections,
      Explain explain,
      Leader leader,
      Draining draining) {
    this.gate = gate;
    this.servers = servers;
    this.envoys = envoys;
    this.connections = connections;
    this.explain = explain;
    this.leader = leader;
    this.draining = draining;
  }

  /** Adds the routes. */
  public void route(HttpRouting.Builder routing) {
    GuardedRoutes routes = new GuardedRoutes(gate, routing);
    routes.get("/admin/v1/servers", Role.VIEW, request -> servers::write);
    routes.get("/admin/v1/envoys", Role.VIEW, request -> envoys::write);
    routes.get("/admin/v1/connections", Role.VIEW, connections::answer);
    routes.get("/admin/v1/explain", Role.VIEW, explain::answer);
    routes.get("/admin/v1/leader", Role.VIEW, request -> leader::write);
    routes.get(DRAIN, Role.VIEW, draining::show);
    routes.post(DRAIN, Role.OPERATE, draining::begin);
    routes.delete(DRAIN, Role.OPERATE, draining::end);
    routes.refuseTheRest();
  }
}
