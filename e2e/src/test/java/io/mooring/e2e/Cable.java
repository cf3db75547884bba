package io.mooring.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/**
 * The network between clients and a port on loopback, of which a test decides what passes. While it
 * is held the connections stay, and nothing arrives that the server says. While it is cut whoever
 * was connected is reset, and so is whoever comes.
 */
final class Cable implements AutoCloseable {
  private static final int BUFFER = 16 * 1024;

  private final ServerSocket listener;
  private final int target;

  /** Guarded by this cable, as are the two below: nobody slips in while it is being cut. */
  private final Set<Socket> ends = new HashSet<>();

  private boolean held;
  private boolean cut;

  /**
   * @param target the server's port on loopback
   */
  Cable(int target) throws IOException {
    this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    this.target = target;
  }

  Cable start() {
    Thread.ofVirtual().name("cable").start(this::accept);
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Nothing from the server passes from now on. */
  synchronized void hold() {
    held = true;
  }

  /** Everything that was held back passes, and what follows. */
  synchronized void release() {
    held = false;
    notifyAll();
  }

  /** Nobody is connected from now on. */
  synchronized void cut() {
    cut = true;
    ends.forEach(Cable::reset);
    ends.clear();
    notifyAll();
  }

  /** Whoever comes is connected again. */
  synchronized void mend() {
    cut = false;
  }

  @Override
  public void close() {
    cut();
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
        Thread.ofVirtual().start(() -> connect(client));
      }
    } catch (SocketException closed) {
      // The test has ended.
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }

  private void connect(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      if (!join(client, server)) {
        reset(client);
        return;
      }
      Thread answers = Thread.ofVirtual().start(() -> pass(server, client, true));
      pass(client, server, false);
      answers.join();
      part(client, server);
    } catch (IOException ended) {
      // Nobody listens there: the client sees it, as its socket is closed.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean join(Socket client, Socket server) {
    return !cut && ends.add(client) && ends.add(server);
  }

  private synchronized void part(Socket client, Socket server) {
    ends.remove(client);
    ends.remove(server);
  }

  /** Passes what one end sends, then its end of stream; a reset resets both. */
  private void pass(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (answers) {
          awaitRelease();
        }
        out.write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException broken) {
      reset(from);
      reset(to);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void awaitRelease() throws InterruptedException {
    while (held && !cut) {
      wait();
    }
  }

  private static void reset(Socket end) {
    try {
      end.setSoLinger(true, 0);
      end.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to reset.
    }
  }
}
