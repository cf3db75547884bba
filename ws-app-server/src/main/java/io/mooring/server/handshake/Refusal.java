package io.mooring.server.handshake;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/**
 * A handshake's refusal as an HTTP response with a problem body (RFC 9457), after which the
 * connection is closed.
 *
 * @param status the HTTP status
 * @param code one word for programs, and for the metric of outcomes
 * @param detail one sentence for people
 * @param headers further header lines, each with its CRLF
 */
record Refusal(int status, String code, String detail, String headers) {

  static Refusal of(int status, String code, String detail) {
    return new Refusal(status, code, detail, "");
  }

  static Refusal badRequest(String detail) {
    return of(400, "bad_request", detail);
  }

  /** Refused now; another server, or this one later, may take the same handshake. */
  static Refusal unavailable(String code, String detail) {
    return new Refusal(503, code, detail, "Retry-After: 1\r\n");
  }

  /** The answer to whatever is no handshake of version 13 (RFC 6455 section 4.4). */
  static Refusal upgradeRequired(String detail) {
    return new Refusal(
        426, "upgrade_required", detail, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  }

  RefusedException exception() {
    return new RefusedException(this);
  }

  byte[] response() {
    String body =
        "{\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\"}\n"
            .formatted(
                status, code, new String(JsonStringEncoder.getInstance().quoteAsString(detail)));
    byte[] content = body.getBytes(UTF_8);
    String head =
        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n"
            .formatted(status, phrase(), content.length, headers);
    return (head + body).getBytes(UTF_8);
  }

  private String phrase() {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 426 -> "Upgrade Required";
      case 431 -> "Request Header Fields Too Large";
      case 503 -> "Service Unavailable";
      default -> throw new IllegalStateException("no phrase for " + status);
    };
  }
}
