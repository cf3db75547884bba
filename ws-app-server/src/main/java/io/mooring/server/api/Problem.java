package io.mooring.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused, as problem JSON (RFC 9457).
 *
 * @param code a word that a program may act on
 * @param detail what was found, what was expected, and what to do
 * @param field where in the request, if there is such a place
 * @param value what stands there, cut short
 * @param expected what should stand there
 */
record Problem(
    Status status,
    String code,
    String detail,
    @Nullable String field,
    @Nullable String value,
    @Nullable String expected) {
  static final String TYPE = "application/problem+json";

  private static final int MOST_ECHOED = 64;

  static Problem of(Status status, String code, String detail) {
    return new Problem(status, code, detail, null, null, null);
  }

  /** A value that cannot be. */
  static Problem of(Status status, String code, String field, String value, String expected) {
    String shown = cut(value);
    return new Problem(
        status,
        code,
        "%s is \"%s\", expected %s".formatted(field, shown, expected),
        field,
        shown,
        expected);
  }

  /** A value that is missing, or of another kind. */
  static Problem missing(String field, String expected) {
    return new Problem(
        Status.BAD_REQUEST_400,
        "bad_request",
        "%s is missing or of another type, expected %s".formatted(field, expected),
        field,
        null,
        expected);
  }

  static Problem unavailable(String detail) {
    return of(Status.SERVICE_UNAVAILABLE_503, "unavailable", detail);
  }

  /** Whole characters only, and none that a log or a terminal would obey. */
  private static String cut(String text) {
    int end = text.length();
    if (end > MOST_ECHOED) {
      end = text.offsetByCodePoints(0, Math.min(MOST_ECHOED, text.codePointCount(0, end)));
    }
    StringBuilder shown = new StringBuilder(end + 1);
    text.substring(0, end)
        .codePoints()
        .map(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c)
        .forEach(shown::appendCodePoint);
    return end < text.length() ? shown.append('…').toString() : shown.toString();
  }

  RefusedException refusal() {
    return new RefusedException(this);
  }

  void send(ServerResponse response) {
    response.status(status).header(HeaderNames.CONTENT_TYPE, TYPE);
    if (status == Status.UNAUTHORIZED_401) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"mooring\"");
    }
    if (status == Status.SERVICE_UNAVAILABLE_503) {
      response.header(HeaderNames.RETRY_AFTER, "1");
    }
    if (status == Status.REQUEST_ENTITY_TOO_LARGE_413) {
      // What follows of the body is not read.
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    response.send(Json.of(this::write));
  }

  /** Its members; also where it is one of several answers. */
  void write(JsonGenerator json) throws IOException {
    json.writeStringField("type", "about:blank");
    json.writeStringField("title", status.reasonPhrase());
    json.writeNumberField("status", status.code());
    json.writeStringField("code", code);
    json.writeStringField("detail", detail);
    optional(json, "field", field);
    optional(json, "value", value);
    optional(json, "expected", expected);
  }

  private static void optional(JsonGenerator json, String member, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(member, text);
    }
  }
}
