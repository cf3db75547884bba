package io.mooring.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/**
 * Passes bytes between clients and a server, and holds back what the server says for as long as it
 * is told to: the connections stay, and nothing new arrives.
 */
final class HeldRelay implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final ServerSocket listener;
  private final int target;
  private final Gate gate = new Gate();

  /** Opens and shuts the way from the server to its clients. */
  private static final class Gate {
    private boolean shut;

    synchronized void set(boolean shut) {
      this.shut = shut;
      notifyAll();
    }

    synchronized void pass() throws InterruptedException {
      while (shut) {
        wait();
      }
    }
  }

  /**
   * @param target the server's port on loopback
   */
  HeldRelay(int target) throws IOException {
    this.listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    this.target = target;
  }

  HeldRelay start() {
    Thread.ofPlatform().daemon().name("relay").start(this::accept);
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Nothing from the server passes from now on. */
  void hold() {
    gate.set(true);
  }

  /** Everything that was held back passes, and what follows. */
  void release() {
    gate.set(false);
  }

  @Override
  public void close() {
    release();
    try {
      listener.close();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofPlatform().daemon().start(() -> relay(client));
      }
    } catch (SocketException closed) {
      // The test has ended.
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }

  private void relay(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread back = Thread.ofPlatform().daemon().start(() -> answers(server, client));
      client.getInputStream().transferTo(server.getOutputStream());
      server.close();
      back.join();
    } catch (IOException ended) {
      // Both ends see it: the sockets are closed.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void answers(Socket server, Socket client) {
    byte[] buffer = new byte[BUFFER];
    try (client) {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        gate.pass();
        out.write(buffer, 0, count);
      }
    } catch (IOException ended) {
      // The other way has ended, or the server.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
