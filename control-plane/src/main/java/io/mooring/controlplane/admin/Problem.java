package io.mooring.controlplane.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

/**
 * Why a request was refused, as problem JSON (RFC 9457).
 *
 * @param code a word that a program may act on
 * @param detail what was found, what was expected, and what to do
 */
record Problem(Status status, String code, String detail) {
  private static final String TYPE = "application/problem+json";

  /** For a request that is interrupted because the process ends. */
  static Problem ending() {
    return new Problem(Status.SERVICE_UNAVAILABLE_503, "ending", "the control plane is ending");
  }

  void send(ServerResponse response) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, TYPE);
    if (status.code() == Status.UNAUTHORIZED_401.code()) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    response.send(
        Json.of(
            json -> {
              json.writeStringField("type", "about:blank");
              json.writeStringField("title", status.reasonPhrase());
              json.writeNumberField("status", status.code());
              json.writeStringField("code", code);
              json.writeStringField("detail", detail);
            }));
  }
}
