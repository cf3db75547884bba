package io.mooring.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * Gives a client that can set neither path nor headers the request line and the token that the edge
 * asks for; every byte after the request's head passes as it is, both ways.
 */
final class HeadRelay implements AutoCloseable {
  private final ServerSocket listener;
  private final String targetHost;
  private final int targetPort;
  private final String path;
  private final String token;

  HeadRelay(String targetHost, int targetPort, String path, String token) throws IOException {
    this.listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    this.targetHost = targetHost;
    this.targetPort = targetPort;
    this.path = path;
    this.token = token;
  }

  HeadRelay start() {
    Thread.ofVirtual().name("relay").start(this::accept);
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> relay(client));
      }
    } catch (SocketException closed) {
      // The test has ended.
    } catch (IOException broken) {
      throw new AssertionError(broken);
    }
  }

  private void relay(Socket client) {
    try (client;
        Socket edge = new Socket(targetHost, targetPort)) {
      client.setTcpNoDelay(true);
      edge.setTcpNoDelay(true);
      edge.getOutputStream().write(rewritten(head(client.getInputStream())));
      Thread back = Thread.ofVirtual().start(() -> pass(edge, client));
      pass(client, edge);
      back.join();
    } catch (IOException ended) {
      // Both ends see it: the sockets are closed.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] rewritten(String head) {
    int line = head.indexOf("\r\n");
    return ("GET " + path + " HTTP/1.1\r\nAuthorization: Bearer " + token + head.substring(line))
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int octet = in.read();
      if (octet < 0) {
        throw new IOException("the client left within the request's head");
      }
      head.write(octet);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** Passes what one end sends, then its end of stream; a reset ends both. */
  private static void pass(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException reset) {
      close(from);
      close(to);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to close.
    }
  }
}
