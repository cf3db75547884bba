package io.mooring.bench.wire;

/** The upgrade of RFC 6455, by a client that does not doubt the server's answer. */
final class Handshake {
  private Handshake() {}

  static String request(String path, String host, String subprotocol, String header) {
    StringBuilder request = new StringBuilder(512);
    line(request, "GET " + path + " HTTP/1.1");
    line(request, "Host: " + host);
    line(request, "Upgrade: websocket");
    line(request, "Connection: Upgrade");
    line(request, "Sec-WebSocket-Version: 13");
    line(request, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    if (!subprotocol.isEmpty()) {
      line(request, "Sec-WebSocket-Protocol: " + subprotocol);
    }
    if (!header.isEmpty()) {
      line(request, header);
    }
    return request.append("\r\n").toString();
  }

  private static void line(StringBuilder request, String line) {
    request.append(line).append("\r\n");
  }
}
