package io.mooring.authfilter;

import org.jspecify.annotations.Nullable;

/**
 * The subprotocols that a client offers (RFC 6455 section 11.3.4). A browser cannot set headers, so
 * it may carry its token as one more of them, {@code bearer.<jwt>}; that one goes no further.
 *
 * @param token what stood behind {@code bearer.}; absent if no such subprotocol was offered
 * @param others the rest, as the header of the request that goes upstream; empty if nothing is left
 */
record Subprotocols(@Nullable String token, String others) {
  private static final String STEP = "subprotocol";
  private static final String BEARER = "bearer.";
  private static final Subprotocols NONE = new Subprotocols(null, "");

  /**
   * @param header the value, several headers joined by commas; null if there was none
   * @throws RefusedException if an element is no token (RFC 9110 section 5.6.2), or two carry one
   */
  static Subprotocols parse(@Nullable String header) {
    if (header == null) {
      return NONE;
    }
    String token = null;
    StringBuilder others = new StringBuilder();
    for (String element : header.split(",", -1)) {
      String offered = element.strip();
      if (!wellFormed(offered)) {
        throw RefusedException.forbidden(STEP, "an element of sec-websocket-protocol is malformed");
      }
      if (offered.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        if (token != null) {
          throw RefusedException.badAuth(STEP, "two subprotocols carry a token, expected one");
        }
        token = offered.substring(BEARER.length());
      } else {
        others.append(others.isEmpty() ? "" : ", ").append(offered);
      }
    }
    return new Subprotocols(token, others.toString());
  }

  private static boolean wellFormed(String element) {
    for (int i = 0; i < element.length(); i++) {
      char c = element.charAt(i);
      boolean letterOrDigit =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return !element.isEmpty();
  }
}
