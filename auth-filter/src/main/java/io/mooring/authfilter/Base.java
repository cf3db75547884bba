package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import java.util.regex.Pattern;

/**
 * Scheme and authority by which a client reaches the edge: its pinned URL begins with them. Taken
 * from the request, or fixed by {@code public-url} where something stands in front of Envoy.
 */
final class Base {
  private static final String STEP = "host";
  private static final String AUTHORITY =
      "(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?";
  private static final Pattern HOST = Pattern.compile(AUTHORITY);
  private static final Pattern PUBLIC_URL = Pattern.compile("wss?://" + AUTHORITY);

  private final String publicUrl;

  private Base(String publicUrl) {
    this.publicUrl = publicUrl;
  }

  /**
   * @param publicUrl empty: every client's own
   * @throws IllegalArgumentException if it is neither empty nor a WebSocket URL without a path
   */
  static Base of(String publicUrl) {
    if (!publicUrl.isEmpty() && !PUBLIC_URL.matcher(publicUrl).matches()) {
      throw new IllegalArgumentException(
          "public-url \""
              + publicUrl
              + "\" is not of the form wss://host[:port] without a path, for example"
              + " wss://edge.example.com");
    }
    return new Base(publicUrl);
  }

  /**
   * @throws RefusedException if the host is none, or two
   */
  String reachedBy(HttpRequest request) {
    if (!HOST.matcher(request.getHost()).matches()) {
      throw RefusedException.forbidden(STEP, "host is not one host[:port]");
    }
    return publicUrl.isEmpty() ? scheme(request) + request.getHost() : publicUrl;
  }

  // Envoy sets the header itself (use_remote_address), whatever the client sent.
  private static String scheme(HttpRequest request) {
    return switch (request.getHeadersOrDefault("x-forwarded-proto", request.getScheme())) {
      case "https" -> "wss://";
      case "http" -> "ws://";
      default -> throw RefusedException.forbidden(STEP, "x-forwarded-proto is not http or https");
    };
  }
}
