package io.mooring.cli.tier;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.admin.AdminWatch;
import io.mooring.cli.admin.Http;
import io.mooring.process.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** When each kind of part does its work. */
final class Probes {
  private static final int PATIENCE_MILLIS = 1000;
  private static final Optional<String> READY = Optional.empty();

  private Probes() {}

  /** Valkey has its data and answers. */
  static Readiness valkey(int port) {
    return () -> {
      try {
        String answer = exchange(port, "PING\r\n");
        return answer.startsWith("+PONG") ? READY : Optional.of("it answers " + answer);
      } catch (IOException silent) {
        return Optional.of(silence(port, silent));
      }
    };
  }

  /** The process says so itself. */
  static Readiness ready(int httpPort) {
    URI uri = URI.create("http://127.0.0.1:%d/readyz".formatted(httpPort));
    return () -> {
      try {
        Http.Answer answer = Http.get(uri, Optional.empty());
        return answer.status() == 200
            ? READY
            : Optional.of("/readyz says %d %s".formatted(answer.status(), answer.body()));
      } catch (IOException silent) {
        return Optional.of(silence(httpPort, silent));
      }
    };
  }

  /** The server is ready, and the registry gives it new connections. */
  static Readiness active(AdminWatch admin, String id, int httpPort) {
    Readiness ready = ready(httpPort);
    return () -> {
      Optional<String> reason = ready.notReadyBecause();
      if (reason.isPresent()) {
        return reason;
      }
      try {
        return admin.servers().stream()
            .filter(server -> server.id().equals(id))
            .findFirst()
            .map(server -> server.active() ? READY : Optional.of("it is " + server.state()))
            .orElse(Optional.of("it is not registered"));
      } catch (AdminException notYet) {
        return Optional.of(String.valueOf(notYet.getMessage()));
      }
    };
  }

  /**
   * The Envoy has acknowledged what it was sent, and asks an auth-filter: a handshake without a
   * token is answered with 401.
   */
  static Readiness inSync(AdminWatch admin, String id, int wsPort) {
    return () -> {
      try {
        Optional<AdminApi.Envoy> envoy = admin.fleet().envoy(id);
        if (envoy.isEmpty() || !envoy.get().connected()) {
          return Optional.of("it has not connected to the control plane");
        }
        if (!envoy.get().inSync()) {
          return Optional.of("it has not acknowledged its configuration");
        }
        String answer = exchange(wsPort, handshake(wsPort));
        return answer.startsWith("HTTP/1.1 401")
            ? READY
            : Optional.of("a handshake without a token is answered \"%s\"".formatted(answer));
      } catch (AdminException notYet) {
        return Optional.of(String.valueOf(notYet.getMessage()));
      } catch (IOException silent) {
        return Optional.of(silence(wsPort, silent));
      }
    };
  }

  private static String handshake(int port) {
    return """
        GET /ws HTTP/1.1\r
        Host: localhost:%d\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
        \r
        """
        .formatted(port);
  }

  /** The first line of the answer. */
  private static String exchange(int port, String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      StringBuilder line = new StringBuilder();
      InputStream answer = socket.getInputStream();
      for (int c = answer.read(); c >= 0 && c != '\r'; c = answer.read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }

  private static String silence(int port, IOException reason) {
    return "port %d: %s".formatted(port, reason.getMessage());
  }
}
