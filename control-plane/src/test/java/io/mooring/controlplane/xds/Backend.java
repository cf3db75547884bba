package io.mooring.controlplane.xds;

import io.mooring.registry.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A server behind the edge: answers each upgrade with 101 and its name and then echoes bytes, any
 * other request with 200 and its name. It remembers the head of every request, as it arrived.
 */
final class Backend implements AutoCloseable {
  /** Of an answer that takes its time. */
  static final String BODY = "one half, the other";

  private final String name;
  private final ServerSocket port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Queue<String> heads = new ConcurrentLinkedQueue<>();

  /** Start line instead of an upgrade; empty: none. */
  private volatile String refusal = "";

  private volatile Duration dawdle = Duration.ZERO;

  private Backend(String name, ServerSocket port) {
    this.name = name;
    this.port = port;
  }

  static Backend start(String name) {
    Backend backend = frozen(name);
    Thread.ofVirtual().start(backend::accept);
    return backend;
  }

  /** Its port is open and the kernel accepts, but nobody answers. */
  static Backend frozen(String name) {
    try {
      return new Backend(name, new ServerSocket(0, 2_000, InetAddress.getLoopbackAddress()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void accept() {
    try {
      while (!port.isClosed()) {
        Socket socket = port.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      cutAll();
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = socket.getInputStream();
      var out = socket.getOutputStream();
      for (String head = Wire.head(in); !head.isEmpty(); head = Wire.head(in)) {
        heads.add(head);
        Duration slowness = dawdle;
        if (!slowness.isZero()) {
          String half = BODY.substring(0, BODY.length() / 2);
          out.write(Wire.bytes("HTTP/1.1 200 OK\r\ncontent-length: " + BODY.length()));
          out.write(Wire.bytes("\r\nx-backend: " + name + "\r\n\r\n" + half));
          Thread.sleep(slowness);
          out.write(Wire.bytes(BODY.substring(half.length())));
          continue;
        }
        boolean upgrade = head.toLowerCase(java.util.Locale.ROOT).contains("\r\nupgrade:");
        String line = refusal;
        String answer =
            !line.isEmpty()
                ? "HTTP/1.1 " + line + "\r\ncontent-length: 0\r\n\r\n"
                : upgrade
                    ? "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                        + "connection: upgrade\r\nx-backend: "
                        + name
                        + "\r\n\r\n"
                    : "HTTP/1.1 200 OK\r\nx-backend: " + name + "\r\ncontent-length: 0\r\n\r\n";
        out.write(answer.getBytes(StandardCharsets.US_ASCII));
        if (upgrade && line.isEmpty()) {
          in.transferTo(out);
          return;
        }
      }
    } catch (IOException peerGone) {
      sockets.remove(socket);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private void cutAll() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException alreadyGone) {
        sockets.remove(socket);
      }
    }
  }

  String name() {
    return name;
  }

  Address address() {
    return new Address("127.0.0.1", port.getLocalPort());
  }

  /** Answers 503 from now on, or no more. */
  void refuse(boolean all) {
    answer(all ? "503 Service Unavailable" : "");
  }

  /**
   * @param status and reason of each answer from now on; empty: as before
   */
  void answer(String status) {
    refusal = status;
  }

  /** Sends half of each answer, and the rest so much later; not at all after zero. */
  void dawdle(Duration between) {
    dawdle = between;
  }

  /** The heads of the requests that arrived, oldest first. */
  Queue<String> heads() {
    return heads;
  }

  /** Dies as kill -9 would have it: the port is closed, live sockets are cut. */
  @Override
  public void close() {
    try {
      port.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    cutAll();
  }
}
