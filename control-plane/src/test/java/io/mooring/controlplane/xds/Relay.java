package io.mooring.controlplane.xds;

import io.mooring.process.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A place in front of another that can freeze: connections stay open and nothing is answered. */
final class Relay implements AutoCloseable {
  private final ServerSocket port;
  private volatile HostPort target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile CountDownLatch frozen = new CountDownLatch(0);

  private Relay(ServerSocket port, HostPort target) {
    this.port = port;
    this.target = target;
  }

  static Relay to(HostPort target) {
    try {
      Relay relay = new Relay(new ServerSocket(0, 500, InetAddress.getLoopbackAddress()), target);
      Thread.ofVirtual().start(relay::accept);
      return relay;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void accept() {
    try {
      while (!port.isClosed()) {
        Socket client = port.accept();
        HostPort to = target;
        Socket server = new Socket(to.host(), to.port());
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().start(() -> pump(client, server));
        Thread.ofVirtual().start(() -> pump(server, client));
      }
    } catch (IOException closed) {
      sockets.forEach(Relay::cut);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] bytes = new byte[8_192];
    try {
      for (int read = 0; read >= 0; read = from.getInputStream().read(bytes)) {
        frozen.await();
        to.getOutputStream().write(bytes, 0, read);
      }
    } catch (IOException ended) {
      cut(from);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    cut(to);
  }

  private static void cut(Socket socket) {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  HostPort address() {
    return new HostPort("127.0.0.1", port.getLocalPort());
  }

  /** Where connections go that are opened from now on. */
  void redirect(HostPort other) {
    target = other;
  }

  void freeze() {
    frozen = new CountDownLatch(1);
  }

  void thaw() {
    frozen.countDown();
  }

  @Override
  public void close() {
    thaw();
    try {
      port.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    sockets.forEach(Relay::cut);
  }
}
