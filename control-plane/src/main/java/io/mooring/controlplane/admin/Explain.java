package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.controlplane.connections.Question;
import io.mooring.controlplane.connections.Row;
import io.mooring.controlplane.explain.Explainer;
import io.mooring.controlplane.explain.Explanation;
import io.mooring.controlplane.explain.Target;
import io.mooring.registry.Server;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/v1/explain}: why a connection goes where it goes. */
public final class Explain {
  private final Explainer explainer;
  private final boolean hasKeys;
  private final Envoys envoys;

  /**
   * @param hasKeys whether the servers would say who is connected
   */
  public Explain(Explainer explainer, boolean hasKeys, Envoys envoys) {
    this.explainer = explainer;
    this.hasKeys = hasKeys;
    this.envoys = envoys;
  }

  Json.Fields answer(ServerRequest request) {
    Parameters parameters = new Parameters(request, Set.of("target", "limit"));
    String text =
        parameters
            .text("target")
            .orElseThrow(
                () -> Parameters.bad("target", "is missing; expected a URL, a conn_id or a user"));
    Explanation explanation =
        explained(text, parameters.number("limit", Connections.DEFAULT_LIMIT, Question.MOST));
    return json -> {
      json.writeStringField("target", text);
      json.writeStringField("kind", explanation.kind());
      json.writeNumberField("total", explanation.total());
      json.writeArrayFieldStart("placements");
      for (Explanation.Placed placed : explanation.placements()) {
        write(json, placed);
      }
      json.writeEndArray();
      envoys.writeAcknowledged(json);
      Connections.unanswered(json, explanation.unanswered());
    };
  }

  private Explanation explained(String text, int limit) {
    try {
      Target target = Target.parse(text);
      if (target instanceof Target.User && !hasKeys) {
        throw Connections.noKeys();
      }
      return explainer.explain(target, limit);
    } catch (IllegalArgumentException noTarget) {
      throw Parameters.bad("target", String.valueOf(noTarget.getMessage()));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Problem.ending());
    }
  }

  private static void write(JsonGenerator json, Explanation.Placed placed) throws IOException {
    json.writeStartObject();
    json.writeStringField("conn", placed.conn().orElse(null));
    json.writeStringField("user", placed.live().map(Row::user).orElse(null));
    if (placed.live().isPresent()) {
      json.writeNumberField("exp", placed.live().get().exp());
    } else {
      json.writeNullField("exp");
    }
    json.writeStringField("service", placed.service());
    pin(json, placed.pin(), placed.pinInEndpoints());
    live(json, placed.live());
    json.writeArrayFieldStart("hosts");
    for (Explanation.Host host : placed.hosts()) {
      write(json, host);
    }
    json.writeEndArray();
    json.writeStringField("lands_on", placed.landsOn().orElse(null));
    json.writeStringField("reason", placed.reason());
    json.writeEndObject();
  }

  private static void pin(JsonGenerator json, Optional<Server> pin, boolean inEndpoints)
      throws IOException {
    if (pin.isEmpty()) {
      json.writeNullField("pin");
      return;
    }
    Server server = pin.get();
    json.writeObjectFieldStart("pin");
    json.writeStringField("server", server.id());
    json.writeNumberField("generation", server.generation());
    json.writeStringField("state", server.state().name());
    json.writeBooleanField("suspect", server.suspect());
    json.writeBooleanField("in_endpoints", inEndpoints);
    json.writeEndObject();
  }

  private static void live(JsonGenerator json, Optional<Row> live) throws IOException {
    if (live.isEmpty()) {
      json.writeNullField("live");
      return;
    }
    json.writeObjectFieldStart("live");
    json.writeStringField("server", live.get().server());
    json.writeNumberField("age_ms", live.get().ageMillis());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Explanation.Host host) throws IOException {
    json.writeStartObject();
    json.writeStringField("server", host.server().id());
    json.writeStringField("address", host.server().address().toString());
    json.writeStringField("why", host.pin() ? "pin" : "rendezvous");
    if (host.score().isPresent()) {
      json.writeNumberField("score", host.score().get());
    } else {
      json.writeNullField("score");
    }
    json.writeEndObject();
  }
}
