package io.mooring.controlplane.probe;

import io.mooring.registry.Address;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** What a TCP connection to a server's port comes to. */
public enum Probe {
  /** The port took the connection. */
  ANSWERED,
  /** The host is there, the port is closed: the process is dead. */
  REFUSED,
  /** Nothing came back in time: the host or the way to it is gone, or overloaded. */
  SILENT;

  private static final Duration LIMIT = Duration.ofMillis(500);

  /** Connects and closes at once; waits for at most half a second. */
  public static Probe of(Address address) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral(address.ip()), address.port()),
          Math.toIntExact(LIMIT.toMillis()));
      return ANSWERED;
    } catch (ConnectException notConnected) {
      // The same exception says that a network cannot be reached, which proves nothing.
      return String.valueOf(notConnected.getMessage()).contains("refused") ? REFUSED : SILENT;
    } catch (IOException silent) {
      return SILENT;
    }
  }
}
