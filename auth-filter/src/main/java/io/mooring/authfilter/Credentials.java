package io.mooring.authfilter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the one token of a request; a cookie never is one. */
final class Credentials {
  private static final String STEP = "credentials";
  private static final String SCHEME = "Bearer ";

  private Credentials() {}

  /**
   * The token of a request to the API.
   *
   * @return as it was sent, not verified
   * @throws RefusedException if there is none, or more than one
   */
  static String token(Map<String, String> headers) {
    String authorization = headers.get("authorization");
    if (authorization == null) {
      throw RefusedException.badAuth(STEP, "no token; send Authorization: Bearer");
    }
    return bearer(authorization);
  }

  /**
   * The token of a handshake.
   *
   * @return as it was sent, not verified
   * @throws RefusedException if there is none, or more than one
   */
  static String token(Map<String, String> headers, Subprotocols subprotocols) {
    String authorization = headers.get("authorization");
    String fromHeader = authorization == null ? null : bearer(authorization);
    String fromSubprotocol = subprotocols.token();
    if (fromHeader != null && fromSubprotocol != null) {
      throw RefusedException.badAuth(
          STEP, "a token in authorization and one in sec-websocket-protocol, expected one");
    }
    return either(fromHeader, fromSubprotocol);
  }

  private static String either(@Nullable String first, @Nullable String second) {
    if (first != null) {
      return first;
    }
    if (second == null) {
      throw RefusedException.badAuth(
          STEP, "no token; send Authorization: Bearer, or offer the subprotocol bearer.<token>");
    }
    return second;
  }

  // Envoy joins repeated headers by commas, and no token has one.
  private static String bearer(String authorization) {
    String token =
        authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? authorization.substring(SCHEME.length())
            : "";
    if (token.isEmpty() || token.indexOf(',') >= 0 || token.indexOf(' ') >= 0) {
      throw RefusedException.badAuth(STEP, "authorization is not one \"Bearer <token>\"");
    }
    return token;
  }
}
