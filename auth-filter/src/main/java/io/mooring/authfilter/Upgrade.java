package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of a WebSocket handshake (RFC 6455 section 4.1) as far as Envoy's route lets other
 * things pass: a body that would hide a second request, and headers nominated as hop-by-hop.
 */
final class Upgrade {
  private static final String STEP = "request";

  private Upgrade() {}

  /**
   * @throws RefusedException if the request is anything but a plain handshake
   */
  static void check(HttpRequest request) {
    Map<String, String> headers = request.getHeadersMap();
    if (!request.getMethod().equals("GET") || !request.getProtocol().equals("HTTP/1.1")) {
      throw RefusedException.forbidden(STEP, "expected GET by HTTP/1.1");
    }
    if (!"websocket".equalsIgnoreCase(headers.get("upgrade"))) {
      throw RefusedException.forbidden(STEP, "upgrade is not websocket");
    }
    if (!upgradesOnly(headers.get("connection"))) {
      throw RefusedException.forbidden(
          STEP, "connection names something else than upgrade and keep-alive");
    }
    if (headers.containsKey("content-length")
        || headers.containsKey("transfer-encoding")
        || request.getSize() > 0
        || !request.getBody().isEmpty()
        || !request.getRawBody().isEmpty()) {
      throw RefusedException.forbidden(STEP, "a handshake has no body, not even an empty one");
    }
  }

  private static boolean upgradesOnly(@Nullable String connection) {
    if (connection == null) {
      return false;
    }
    boolean upgrades = false;
    for (String option : connection.split(",", -1)) {
      String name = option.strip();
      if (name.equalsIgnoreCase("upgrade")) {
        upgrades = true;
      } else if (!name.equalsIgnoreCase("keep-alive")) {
        return false;
      }
    }
    return upgrades;
  }
}
