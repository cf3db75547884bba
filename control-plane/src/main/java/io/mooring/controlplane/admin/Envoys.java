package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.controlplane.xds.CertificateStatus;
import io.mooring.controlplane.xds.EnvoyStatus;
import io.mooring.controlplane.xds.Xds;
import io.mooring.registry.RegistryFollower;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code /admin/v1/envoys}: what each Envoy was sent, and what it made of it; of those that another
 * replica serves, what that one says of them.
 */
public final class Envoys {
  private final String name;
  private final RegistryFollower registry;
  private final Xds xds;
  private final EnvoyReports reports;
  private final InstantSource clock;

  /**
   * One Envoy, whoever serves it.
   *
   * @param replica the control plane that serves it, or did last
   * @param types of those that this process serves; empty for others
   * @param seenMillisAgo since a replica last said something new of it
   */
  private record Row(
      String id,
      String replica,
      boolean connected,
      boolean inSync,
      long ackedRevision,
      List<EnvoyStatus.TypeStatus> types,
      long seenMillisAgo) {}

  /**
   * @param name of this replica
   */
  public Envoys(
      String name, RegistryFollower registry, Xds xds, EnvoyReports reports, InstantSource clock) {
    this.name = name;
    this.registry = registry;
    this.xds = xds;
    this.reports = reports;
    this.clock = clock;
  }

  void write(JsonGenerator json) throws IOException {
    long revision = registry.view().revision();
    json.writeNumberField("revision", revision);
    json.writeArrayFieldStart("envoys");
    for (Row envoy : rows(revision)) {
      write(json, envoy);
    }
    json.writeEndArray();
    certificate(json);
  }

  private void certificate(JsonGenerator json) throws IOException {
    Optional<CertificateStatus> certificate = xds.certificate();
    if (certificate.isEmpty()) {
      json.writeNullField("certificate");
      return;
    }
    json.writeObjectFieldStart("certificate");
    json.writeNumberField(
        "expires_in_ms", Duration.between(clock.instant(), certificate.get().expires()).toMillis());
    json.writeStringField("refused", certificate.get().refused());
    json.writeEndObject();
  }

  /** The field {@code envoys} of an answer that is only about their endpoints. */
  void writeAcknowledged(JsonGenerator json) throws IOException {
    long revision = registry.view().revision();
    json.writeArrayFieldStart("envoys");
    for (Row envoy : rows(revision)) {
      if (envoy.connected()) {
        json.writeStartObject();
        json.writeStringField("id", envoy.id());
        json.writeNumberField("revision", envoy.ackedRevision());
        json.writeBooleanField("acked", envoy.ackedRevision() >= revision);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  /** An Envoy that is connected here is; of any other, what all replicas say counts. */
  private List<Row> rows(long revision) {
    SortedMap<String, Row> rows = new TreeMap<>();
    for (EnvoyReports.Seen told : reports.all()) {
      // Of its own Envoys this process knows better: they are put in below.
      boolean connected = told.connected() && !told.report().replica().equals(name);
      rows.put(
          told.id(),
          new Row(
              told.id(),
              told.report().replica(),
              connected,
              connected && told.report().revision() >= revision,
              told.report().revision(),
              List.of(),
              told.age().toMillis()));
    }
    for (EnvoyStatus here : xds.fleet()) {
      if (here.connected()) {
        rows.put(here.id(), served(here));
      }
    }
    return new ArrayList<>(rows.values());
  }

  private Row served(EnvoyStatus here) {
    return new Row(here.id(), name, true, here.inSync(), here.ackedRevision(), here.types(), 0);
  }

  private void write(JsonGenerator json, Row envoy) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", envoy.id());
    json.writeStringField("replica", envoy.replica());
    json.writeBooleanField("connected", envoy.connected());
    json.writeBooleanField("missing", !envoy.connected());
    json.writeBooleanField("in_sync", envoy.inSync());
    json.writeNumberField("acked_revision", envoy.ackedRevision());
    json.writeNumberField("seen_ms_ago", envoy.seenMillisAgo());
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
