package io.mooring.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mooring.server.connection.ConnectionView;
import io.mooring.server.connection.Ended;
import io.mooring.server.connection.Roster;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code /api/v1/connections}: what the control planes ask of this server, and nobody else. */
final class ConnectionRows {
  static final String PATH = "/api/v1/connections";

  /** Less than the second that a control plane waits, so that it hears the reason. */
  private static final Duration PATIENCE = Duration.ofMillis(800);

  private final Fleet fleet;
  private final Roster roster;

  ConnectionRows(Fleet fleet, Roster roster) {
    this.fleet = fleet;
    this.roster = roster;
  }

  void answer(ServerRequest request, ServerResponse response) throws InterruptedException {
    fleet.check(request, PATH);
    Asked asked = Asked.of(request.query());
    try {
      Json.send(response, asked.closed() ? closed(asked) : live(asked));
    } catch (TimeoutException behind) {
      throw new RefusedException(
          Problem.of(
              Status.SERVICE_UNAVAILABLE_503,
              "overloaded",
              "an event loop did not answer within " + PATIENCE.toMillis() + " ms"));
    }
  }

  private byte[] live(Asked asked) throws TimeoutException, InterruptedException {
    Roster.Page<ConnectionView> page = roster.live(asked.selection(), PATIENCE);
    return Json.of(
        json -> {
          json.writeNumberField("total", page.total());
          json.writeArrayFieldStart("connections");
          for (ConnectionView connection : page.rows()) {
            json.writeStartObject();
            write(json, connection);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private byte[] closed(Asked asked) {
    Roster.Page<Ended> page = roster.ended(asked.selection());
    long now = System.nanoTime();
    return Json.of(
        json -> {
          json.writeNumberField("total", page.total());
          json.writeArrayFieldStart("connections");
          for (Ended ended : page.rows()) {
            json.writeStartObject();
            write(json, ended.last());
            json.writeNumberField("code", ended.code());
            json.writeStringField("reason", ended.reason());
            json.writeNumberField(
                "closed_ms_ago", TimeUnit.NANOSECONDS.toMillis(now - ended.atNanos()));
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, ConnectionView connection) throws IOException {
    json.writeStringField("conn", connection.conn());
    json.writeStringField("user", connection.user());
    json.writeStringField("tenant", connection.tenant().orElse(null));
    json.writeStringField("role", connection.role());
    json.writeStringField("envoy", connection.envoy());
    json.writeNumberField("age_ms", connection.ageMillis());
    json.writeNumberField("channels", connection.channels());
    json.writeNumberField("queued_bytes", connection.queuedBytes());
    json.writeNumberField("exp", connection.exp());
  }
}
