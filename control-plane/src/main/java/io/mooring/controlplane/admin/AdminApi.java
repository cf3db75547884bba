package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.webserver.http.HttpRouting;
import io.mooring.controlplane.lease.Reaper;
import io.mooring.controlplane.registration.Loads;
import io.mooring.controlplane.xds.EnvoyStatus;
import io.mooring.controlplane.xds.Xds;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;

/** {@code /admin/v1}: what operators and the command line ask of this process. */
public final class AdminApi {
  private final Gate gate;
  private final RegistryFollower registry;
  private final Reaper reaper;
  private final Loads loads;
  private final Xds xds;
  private final InstantSource clock;

  public AdminApi(
      Gate gate,
      RegistryFollower registry,
      Reaper reaper,
      Loads loads,
      Xds xds,
      InstantSource clock) {
    this.gate = gate;
    this.registry = registry;
    this.reaper = reaper;
    this.loads = loads;
    this.xds = xds;
    this.clock = clock;
  }

  /** Adds the routes. */
  public void route(HttpRouting.Builder routing) {
    GuardedRoutes routes = new GuardedRoutes(gate, routing);
    routes.get("/admin/v1/servers", Role.VIEW, request -> this::servers);
    routes.get("/admin/v1/envoys", Role.VIEW, request -> this::envoys);
    routes.refuseTheRest();
  }

  private void servers(JsonGenerator json) throws IOException {
    RegistryView view = registry.view();
    json.writeStringField("incarnation", view.incarnation());
    json.writeNumberField("revision", view.revision());
    json.writeArrayFieldStart("servers");
    for (Server server : view.servers()) {
      server(json, server);
    }
    json.writeEndArray();
  }

  private void server(JsonGenerator json, Server server) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", server.id());
    json.writeStringField("service", server.service());
    json.writeStringField("state", server.state().name());
    json.writeBooleanField("suspect", server.suspect());
    json.writeNumberField("generation", server.generation());
    json.writeStringField("instance_uid", server.instanceUid());
    json.writeStringField("address", server.address().toString());
    json.writeStringField("api_address", server.apiAddress().map(Object::toString).orElse(""));
    json.writeNumberField("weight", server.weight());
    json.writeStringField("release", server.release());
    json.writeArrayFieldStart("capabilities");
    for (String capability : server.capabilities()) {
      json.writeString(capability);
    }
    json.writeEndArray();
    number(
        json,
        "connections",
        loads
            .of(server)
            .map(load -> OptionalLong.of(Integer.toUnsignedLong(load.getConnections())))
            .orElseGet(OptionalLong::empty));
    number(json, "lease_age_ms", reaper.ageMillis(server.id()));
    json.writeEndObject();
  }

  private void envoys(JsonGenerator json) throws IOException {
    json.writeNumberField("revision", registry.view().revision());
    json.writeArrayFieldStart("envoys");
    for (EnvoyStatus envoy : xds.fleet()) {
      json.writeStartObject();
      json.writeStringField("id", envoy.id());
      json.writeBooleanField("connected", envoy.connected());
      json.writeBooleanField("in_sync", envoy.inSync());
      json.writeNumberField("acked_revision", envoy.ackedRevision());
      json.writeArrayFieldStart("types");
      for (EnvoyStatus.TypeStatus type : envoy.types()) {
        json.writeStartObject();
        json.writeStringField("type", type.type().name());
        json.writeStringField("sent", type.sent());
        json.writeStringField("acked", type.acked());
        number(
            json,
            "ack_age_ms",
            type.ackedAt()
                .map(at -> OptionalLong.of(Duration.between(at, clock.instant()).toMillis()))
                .orElseGet(OptionalLong::empty));
        json.writeStringField("nack", type.nack());
        json.writeStringField("held_back", type.heldBack());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void number(JsonGenerator json, String field, OptionalLong value)
      throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(field, value.getAsLong());
    } else {
      json.writeNullField(field);
    }
  }
}
