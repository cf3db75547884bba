package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;

/** Handshakes as Envoy describes them. */
final class Requests {
  private Requests() {}

  /** A good handshake, but without a token. */
  static HttpRequest.Builder handshake(String path) {
    return HttpRequest.newBuilder()
        .setMethod("GET")
        .setProtocol("HTTP/1.1")
        .setScheme("http")
        .setHost("localhost:8443")
        .setPath(path)
        .setSize(-1)
        .putHeaders("x-forwarded-proto", "https")
        .putHeaders("connection", "Upgrade")
        .putHeaders("upgrade", "websocket")
        .putHeaders("sec-websocket-version", "13")
        .putHeaders("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
  }

  static HttpRequest.Builder handshake(String path, String token) {
    return handshake(path).putHeaders("authorization", "Bearer " + token);
  }

  static CheckRequest check(HttpRequest.Builder request) {
    return CheckRequest.newBuilder()
        .setAttributes(
            AttributeContext.newBuilder()
                .setRequest(AttributeContext.Request.newBuilder().setHttp(request)))
        .build();
  }
}
