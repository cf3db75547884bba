package io.mooring.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/**
 * Why a request was refused, as problem JSON (RFC 9457).
 *
 * @param code a word that a program may act on
 * @param detail what was found, what was expected, and what to do
 */
record Problem(Status status, String code, String detail) {
  private static final String TYPE = "application/problem+json";

  void send(ServerResponse response) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, TYPE).send(Json.of(this::write));
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStringField("type", "about:blank");
    json.writeStringField("title", status.reasonPhrase());
    json.writeNumberField("status", status.code());
    json.writeStringField("code", code);
    json.writeStringField("detail", detail);
  }
}
