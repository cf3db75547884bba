package io.mooring.controlplane.xds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A WebSocket client that shows what goes over the wire: a request as text, and its answer. */
final class Handshake {
  private static final int PATIENCE_MILLIS = 15_000;

  private final int port;
  private final @Nullable SSLContext tls;
  private String line = "GET /ws HTTP/1.1";
  private final List<String> headers =
      new ArrayList<>(
          List.of(
              "Host: edge.test",
              "Connection: Upgrade",
              "Upgrade: websocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));

  private Handshake(int port, @Nullable SSLContext tls) {
    this.port = port;
    this.tls = tls;
  }

  static Handshake to(int port) {
    return new Handshake(port, null);
  }

  static Handshake to(int port, SSLContext tls) {
    return new Handshake(port, tls);
  }

  Handshake path(String path) {
    return line("GET " + path + " HTTP/1.1");
  }

  Handshake line(String requestLine) {
    line = requestLine;
    return this;
  }

  Handshake with(String header) {
    headers.add(header);
    return this;
  }

  Handshake without(String name) {
    headers.removeIf(
        header -> header.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"));
    return this;
  }

  /** Sends it and reads the head of the answer; status 0 if the connection ends instead. */
  Answer send() {
    try {
      Socket socket = new Socket();
      socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      if (tls != null) {
        SSLSocket secured =
            (SSLSocket) tls.getSocketFactory().createSocket(socket, "edge.test", port, true);
        secured.startHandshake();
        socket = secured;
      }
      socket
          .getOutputStream()
          .write(Wire.bytes(line + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n"));
      return new Answer(socket, Wire.head(socket.getInputStream()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What came back, and the socket that it came on. */
  record Answer(Socket socket, String head) implements AutoCloseable {
    int status() {
      return head.isEmpty() ? 0 : Integer.parseInt(head.split(" ", 3)[1]);
    }

    Optional<String> header(String name) {
      return head.lines()
          .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(name + ": "))
          .map(header -> header.substring(name.length() + 2))
          .findFirst();
    }

    /** The server that answered. */
    String backend() {
      return header("x-backend").orElse("none, status " + status());
    }

    /** Whether bytes still go to the server and back. */
    boolean alive() {
      try {
        byte[] word = Wire.bytes("still there?");
        socket.getOutputStream().write(word);
        return new String(
                socket.getInputStream().readNBytes(word.length),
                java.nio.charset.StandardCharsets.ISO_8859_1)
            .equals("still there?");
      } catch (IOException gone) {
        return false;
      }
    }

    /** Whether the other side closes the connection, rather than waiting for more. */
    boolean ends() {
      try {
        while (socket.getInputStream().read() >= 0) {
          continue;
        }
        return true;
      } catch (SocketTimeoutException open) {
        return false;
      } catch (IOException reset) {
        return true;
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
