package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.lease.Reaper;
import io.mooring.controlplane.load.Loads;
import io.mooring.registry.Drain;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code /admin/v1/servers}: what the registry holds. */
public final class Servers {
  private final RegistryFollower registry;
  private final Reaper reaper;
  private final Loads loads;
  private final Drains drains;

  public Servers(RegistryFollower registry, Reaper reaper, Loads loads, Drains drains) {
    this.registry = registry;
    this.reaper = reaper;
    this.loads = loads;
    this.drains = drains;
  }

  void write(JsonGenerator json) throws IOException {
    RegistryView view = registry.view();
    Map<String, String> errors = drains.refusals();
    json.writeStringField("incarnation", view.incarnation());
    json.writeNumberField("revision", view.revision());
    json.writeArrayFieldStart("servers");
    for (Server server : view.servers()) {
      write(json, server, Optional.ofNullable(errors.get(server.id())));
    }
    json.writeEndArray();
  }

  private void write(JsonGenerator json, Server server, Optional<String> drainError)
      throws IOException {
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
    json.writeObjectFieldStart("labels");
    for (Map.Entry<String, String> label : server.labels().entrySet()) {
      json.writeStringField(label.getKey(), label.getValue());
    }
    json.writeEndObject();
    drain(json, server.drain());
    json.writeStringField("drain_error", drainError.orElse(null));
    Json.number(
        json,
        "connections",
        loads
            .of(server)
            .map(load -> OptionalLong.of(Integer.toUnsignedLong(load.getConnections())))
            .orElseGet(OptionalLong::empty));
    Json.number(json, "lease_age_ms", reaper.ageMillis(server.id()));
    json.writeEndObject();
  }

  private static void drain(JsonGenerator json, Optional<Drain> drain) throws IOException {
    if (drain.isEmpty()) {
      json.writeNullField("drain");
      return;
    }
    json.writeObjectFieldStart("drain");
    json.writeStringField("drain_id", drain.get().id());
    json.writeNumberField("rate", drain.get().spec().rate());
    json.writeNumberField("deadline_ms", drain.get().spec().deadline().toMillis());
    json.writeBooleanField("released", drain.get().released());
    json.writeEndObject();
  }
}
