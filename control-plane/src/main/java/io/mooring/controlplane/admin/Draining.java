package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.controlplane.drain.DrainPlan;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.drain.Progress;
import io.mooring.process.Suggestion;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.Load;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /admin/v1/servers/{id}/drain}: begins, shows and ends the drain of one server. */
public final class Draining {
  private static final Logger log = LoggerFactory.getLogger(Draining.class);

  private final RegistryFollower registry;
  private final Drains drains;

  public Draining(RegistryFollower registry, Drains drains) {
    this.registry = registry;
    this.drains = drains;
  }

  /** Asks for a drain, or for other terms of the one that runs; a dry run says what would be. */
  Json.Fields begin(ServerRequest request) {
    DrainOrder order = DrainOrder.read(request.content().inputStream());
    Server server = known(request);
    DrainPlan plan = drains.plan(server, order.spec());
    if (order.dryRun()) {
      return json -> write(json, plan);
    }
    if (!drains.request(server.id(), order.spec())) {
      throw unknown(server.id(), registry.view());
    }
    log.info("event=drain_requested server={} {} by=admin", server.id(), order.spec());
    Progress progress = drains.of(server);
    return json -> {
      write(json, progress);
      warnings(json, plan);
    };
  }

  /** How far the newest drain of the server is, also when it is over. */
  Json.Fields show(ServerRequest request) {
    String id = id(request);
    Progress progress =
        drains
            .latest(id)
            .orElseThrow(
                () -> {
                  Server server = known(request);
                  return new RefusedException(
                      new Problem(
                          Status.NOT_FOUND_404,
                          "no_drain",
                          id
                              + " is "
                              + server.state()
                              + " and does not drain; POST to the same path begins a drain"));
                });
    return json -> write(json, progress);
  }

  /** Has the server take new clients again. */
  Json.Fields end(ServerRequest request) {
    Server server = known(request);
    if (!drains.withdraw(server.id()) && server.drain().isEmpty()) {
      throw new RefusedException(
          new Problem(
              Status.CONFLICT_409,
              "not_draining",
              server.id() + " is " + server.state() + " and does not drain: nothing to cancel"));
    }
    log.info("event=drain_withdrawn server={} by=admin", server.id());
    Progress progress = drains.awaitEnd(server);
    return json -> write(json, progress);
  }

  private Server known(ServerRequest request) {
    RegistryView view = registry.view();
    String id = id(request);
    return view.server(id).orElseThrow(() -> unknown(id, view));
  }

  private static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }

  private static RefusedException unknown(String id, RegistryView view) {
    String hint =
        Suggestion.nearest(id, view.byId().keySet())
            .map(near -> "; did you mean " + near + "?")
            .orElse("; known here: " + String.join(", ", view.byId().keySet()));
    return new RefusedException(
        new Problem(
            Status.NOT_FOUND_404,
            "unknown_server",
            "no server has the id \"" + id + "\" now" + hint));
  }

  private static void write(JsonGenerator json, Progress progress) throws IOException {
    Load load = progress.load();
    Departures moved = load.getDepartures();
    json.writeStringField("server", progress.serverId());
    json.writeStringField("drain_id", progress.drainId());
    json.writeStringField("phase", progress.phase().name());
    json.writeStringField("reason", progress.reason());
    json.writeNumberField("rate", progress.spec().map(spec -> spec.rate()).orElse(0));
    json.writeNumberField(
        "deadline_ms", progress.spec().map(spec -> spec.deadline().toMillis()).orElse(0L));
    number(json, "connections", load.getConnections());
    // A server that hangs does not say how many it moves; it has those that it had last.
    number(json, "total", load.hasDepartures() ? moved.getTotal() : load.getConnections());
    number(json, "told", moved.getTold());
    number(json, "gone", moved.getGone());
    number(json, "stragglers", moved.getStragglers());
    json.writeNumberField("eta_ms", progress.eta().toMillis());
    json.writeArrayFieldStart("envoys");
    for (Progress.Ack envoy : progress.envoys()) {
      json.writeStartObject();
      json.writeStringField("id", envoy.envoyId());
      json.writeBooleanField("acked", envoy.acked());
      Json.number(json, "ack_ms", millis(envoy.after()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, DrainPlan plan) throws IOException {
    json.writeStringField("server", plan.serverId());
    json.writeNumberField("connections", plan.connections());
    json.writeNumberField("rate", plan.spec().rate());
    json.writeNumberField("deadline_ms", plan.spec().deadline().toMillis());
    json.writeNumberField("eta_ms", plan.eta().toMillis());
    json.writeArrayFieldStart("targets");
    for (Server target : plan.targets()) {
      json.writeStartObject();
      json.writeStringField("server", target.id());
      json.writeNumberField("weight", target.weight());
      json.writeEndObject();
    }
    json.writeEndArray();
    warnings(json, plan);
  }

  private static void warnings(JsonGenerator json, DrainPlan plan) throws IOException {
    json.writeArrayFieldStart("warnings");
    for (String warning : plan.warnings()) {
      json.writeString(warning);
    }
    json.writeEndArray();
  }

  private static void number(JsonGenerator json, String field, int unsigned) throws IOException {
    json.writeNumberField(field, Integer.toUnsignedLong(unsigned));
  }

  private static OptionalLong millis(Optional<Duration> time) {
    return time.map(after -> OptionalLong.of(after.toMillis())).orElseGet(OptionalLong::empty);
  }
}
