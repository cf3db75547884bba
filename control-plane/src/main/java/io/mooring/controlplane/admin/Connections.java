package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.mooring.controlplane.connections.ConnectionSearch;
import io.mooring.controlplane.connections.Found;
import io.mooring.controlplane.connections.Question;
import io.mooring.controlplane.connections.Row;
import io.mooring.registry.RegistryFollower;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code /admin/v1/connections}: which connections the servers hold, or held last. */
public final class Connections {
  static final int DEFAULT_LIMIT = 100;
  private static final Set<String> PARAMETERS =
      Set.of("server", "user", "conn", "envoy", "closed", "limit");

  private final RegistryFollower registry;
  private final Optional<ConnectionSearch> search;

  /**
   * @param search absent: this process has no keys by which the servers would answer it
   */
  public Connections(RegistryFollower registry, Optional<ConnectionSearch> search) {
    this.registry = registry;
    this.search = search;
  }

  Json.Fields answer(ServerRequest request) {
    Parameters parameters = new Parameters(request, PARAMETERS);
    Question question =
        new Question(
            parameters.text("server"),
            parameters.text("user"),
            parameters.text("conn"),
            parameters.text("envoy"),
            parameters.truth("closed"),
            parameters.number("limit", DEFAULT_LIMIT, Question.MOST));
    question
        .server()
        .filter(id -> registry.view().server(id).isEmpty())
        .ifPresent(
            id -> {
              throw new RefusedException(
                  new Problem(
                      Status.NOT_FOUND_404,
                      "unknown_server",
                      "no server \""
                          + id
                          + "\" is registered; those that are: "
                          + String.join(", ", registry.view().byId().keySet())));
            });
    Found found = searched(search.orElseThrow(Connections::noKeys), question);
    return json -> {
      json.writeNumberField("total", found.total());
      json.writeArrayFieldStart("connections");
      for (Row row : found.rows()) {
        write(json, row);
      }
      json.writeEndArray();
      unanswered(json, found.unanswered());
      json.writeStringField("hint", found.hint());
    };
  }

  static RefusedException noKeys() {
    return new RefusedException(
        new Problem(
            Status.SERVICE_UNAVAILABLE_503,
            "no_keys",
            "the servers tell of their connections only to whoever has the fleet's keys; set keys"
                + " in the control plane's configuration to the master key file that the"
                + " auth-filters and app servers have"));
  }

  private static Found searched(ConnectionSearch search, Question question) {
    try {
      return search.search(question);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Problem.ending());
    }
  }

  static void unanswered(JsonGenerator json, List<Found.Unanswered> servers) throws IOException {
    json.writeArrayFieldStart("unanswered");
    for (Found.Unanswered server : servers) {
      json.writeStartObject();
      json.writeStringField("server", server.server());
      json.writeStringField("reason", server.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, Row row) throws IOException {
    json.writeStartObject();
    json.writeStringField("conn", row.conn());
    json.writeStringField("server", row.server());
    json.writeStringField("user", row.user());
    json.writeStringField("tenant", row.tenant().orElse(null));
    json.writeStringField("role", row.role());
    json.writeStringField("envoy", row.envoy());
    json.writeNumberField("age_ms", row.ageMillis());
    json.writeNumberField("channels", row.channels());
    json.writeNumberField("queued_bytes", row.queuedBytes());
    json.writeNumberField("exp", row.exp());
    if (row.ending().isPresent()) {
      Row.Ending ending = row.ending().get();
      json.writeNumberField("code", ending.code());
      json.writeStringField("reason", ending.reason());
      json.writeNumberField("closed_ms_ago", ending.millisAgo());
    }
    json.writeEndObject();
  }
}
