package io.mooring.authfilter;

import static io.mooring.authfilter.Requests.handshake;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpgradeTest {
  @Test
  void aPlainHandshakePasses() {
    Upgrade.check(handshake("/ws").build());
    Upgrade.check(handshake("/ws").setSize(0).putHeaders("upgrade", "WebSocket").build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Upgrade", "upgrade", "keep-alive, Upgrade", "Upgrade,Keep-Alive"})
  void connectionMayAlsoSayKeepAlive(String value) {
    Upgrade.check(handshake("/ws").putHeaders("connection", value).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "close",
        "keep-alive",
        "Upgrade, x-mooring-identity",
        "Upgrade, authorization",
        "Upgrade, close",
        "Upgrade, HTTP2-Settings",
        "Upgrade,"
      })
  void noOtherHeaderIsNominatedAsHopByHop(String value) {
    refused(handshake("/ws").putHeaders("connection", value));
  }

  @ParameterizedTest
  @MethodSource("otherRequests")
  void everyOtherRequestIsRefused(HttpRequest.Builder request) {
    refused(request);
  }

  static Stream<HttpRequest.Builder> otherRequests() {
    return Stream.of(
        handshake("/ws").setMethod("POST"),
        handshake("/ws").setMethod("CONNECT"),
        handshake("/ws").setMethod("TRACE"),
        handshake("/ws").setMethod("get"),
        handshake("/ws").setProtocol("HTTP/1.0"),
        handshake("/ws").setProtocol("HTTP/2"),
        handshake("/ws").removeHeaders("upgrade"),
        handshake("/ws").putHeaders("upgrade", "h2c"),
        handshake("/ws").putHeaders("upgrade", "websocket, h2c"),
        handshake("/ws").removeHeaders("connection"),
        handshake("/ws").putHeaders("content-length", "5"),
        handshake("/ws").putHeaders("content-length", "0"),
        handshake("/ws").putHeaders("transfer-encoding", "chunked"),
        handshake("/ws").setSize(5),
        handshake("/ws").setBody("hello"),
        handshake("/ws").setRawBody(ByteString.copyFromUtf8("hello")));
  }

  private static void refused(HttpRequest.Builder request) {
    Refused.by(Refusal.Kind.FORBIDDEN, "request", () -> Upgrade.check(request.build()));
  }
}
