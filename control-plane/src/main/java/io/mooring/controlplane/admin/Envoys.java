package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mooring.controlplane.xds.EnvoyStatus;
import io.mooring.controlplane.xds.Xds;
import io.mooring.registry.RegistryFollower;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;

/** {@code /admin/v1/envoys}: what each Envoy was sent, and what it made of it. */
public final class Envoys {
  private final RegistryFollower registry;
  private final Xds xds;
  private final InstantSource clock;

  public Envoys(RegistryFollower registry, Xds xds, InstantSource clock) {
    this.registry = registry;
    this.xds = xds;
    this.clock = clock;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeNumberField("revision", registry.view().revision());
    json.writeArrayFieldStart("envoys");
    for (EnvoyStatus envoy : xds.fleet()) {
      write(json, envoy);
    }
    json.writeEndArray();
  }

  /** The field {@code envoys} of an answer that is only about their endpoints. */
  void writeAcknowledged(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("envoys");
    for (EnvoyStatus envoy : xds.fleet()) {
      if (envoy.connected()) {
        json.writeStartObject();
        json.writeStringField("id", envoy.id());
        json.writeNumberField("revision", envoy.ackedRevision());
        json.writeBooleanField("acked", envoy.ackedRevision() >= registry.view().revision());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private void write(JsonGenerator json, EnvoyStatus envoy) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", envoy.id());
    json.writeBooleanField("connected", envoy.connected());
    json.writeBooleanField("in_sync", envoy.inSync());
    json.writeNumberField("acked_revision", envoy.ackedRevision());
    json.writeArrayFieldStart("types");
    for (EnvoyStatus.TypeStatus type : envoy.types()) {
      write(json, type);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(JsonGenerator json, EnvoyStatus.TypeStatus type) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type.type().name());
    json.writeStringField("sent", type.sent());
    json.writeStringField("acked", type.acked());
    Json.number(
        json,
        "ack_age_ms",
        type.ackedAt()
            .map(at -> OptionalLong.of(Duration.between(at, clock.instant()).toMillis()))
            .orElseGet(OptionalLong::empty));
    json.writeStringField("nack", type.nack());
    json.writeStringField("held_back", type.heldBack());
    json.writeEndObject();
  }
}
