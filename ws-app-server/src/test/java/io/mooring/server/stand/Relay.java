package io.mooring.server.stand;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A way to a port of this machine, on which connections can stop to lead anywhere. */
public final class Relay implements Closeable {
  private final ServerSocket entrance;
  private volatile int port;
  private final Queue<Way> ways = new ConcurrentLinkedQueue<>();

  public Relay(int port) throws IOException {
    this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.port = port;
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return entrance.getLocalPort();
  }

  /** Where later connections lead; those of now stay where they are. */
  public void leadTo(int other) {
    port = other;
  }

  /** The connections of now stay open, and what is sent on them is lost; later ones are well. */
  public void swallow() {
    ways.forEach(way -> way.swallows = true);
  }

  private void accept() {
    try {
      while (true) {
        Socket near = entrance.accept();
        Way way = new Way(near, new Socket(InetAddress.getLoopbackAddress(), port));
        ways.add(way);
        Thread.ofVirtual().start(() -> way.carry(way.near, way.far));
        Thread.ofVirtual().start(() -> way.carry(way.far, way.near));
      }
    } catch (IOException closed) {
      ways.forEach(Way::end);
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
  }

  private static final class Way {
    private final Socket near;
    private final Socket far;
    private volatile boolean swallows;

    Way(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    void carry(Socket from, Socket to) {
      byte[] bytes = new byte[8 * 1024];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
          if (!swallows) {
            out.write(bytes, 0, count);
          }
        }
      } catch (IOException ended) {
        swallows = true;
      } finally {
        end();
      }
    }

    void end() {
      try (near;
          far) {
        swallows = true;
      } catch (IOException closedAlready) {
        swallows = true;
      }
    }
  }
}
