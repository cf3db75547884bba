package io.mooring.server;

import io.mooring.process.HostPort;
import io.mooring.process.StartException;
import io.mooring.server.registration.OwnAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** The addresses under which others reach this server. */
final class Advertised {
  private Advertised() {}

  /**
   * The registry takes literal addresses only, so that nothing resolves differently later.
   *
   * @param key of the setting, for errors
   * @param given what it says; empty if it was left out
   * @throws StartException if the address cannot be told
   */
  static String literal(String key, String given, HostPort listening, int port) {
    if (given.equals(ServerConfig.Advertise.AUTO)) {
      return new HostPort(ownAddress(key), port).toString();
    }
    if (!given.isEmpty()) {
      return given;
    }
    InetAddress address = new InetSocketAddress(listening.host(), port).getAddress();
    if (address == null || address.isAnyLocalAddress()) {
      throw new StartException(
          "the server listens on %s, where nobody can reach it; set %s to ip:port"
              .formatted(listening, key),
          null);
    }
    return new HostPort(address.getHostAddress(), port).toString();
  }

  private static String ownAddress(String key) {
    List<InetAddress> candidates = OwnAddress.candidates();
    return OwnAddress.among(candidates)
        .map(OwnAddress::literal)
        .orElseThrow(
            () ->
                new StartException(
                    "%s is auto, but this machine has %d addresses that others may reach, %s; set it to ip:port"
                        .formatted(key, candidates.size(), candidates),
                    null));
  }
}
