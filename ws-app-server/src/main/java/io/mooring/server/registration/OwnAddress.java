package io.mooring.server.registration;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The address under which others reach this machine, where it has just one: as a container has. */
public final class OwnAddress {
  private OwnAddress() {}

  /**
   * Every address of this machine that others may reach: not those of loopback, nor those that hold
   * on one link only.
   */
  public static List<InetAddress> candidates() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(OwnAddress::isUp)
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .toList();
    } catch (SocketException unreadable) {
      return List.of();
    }
  }

  /** The only IPv4 address among them; without any, the only one of IPv6; else none. */
  public static Optional<InetAddress> among(Collection<InetAddress> candidates) {
    List<InetAddress> four = candidates.stream().filter(Inet4Address.class::isInstance).toList();
    return Stream.of(four.isEmpty() ? List.copyOf(candidates) : four)
        .filter(addresses -> addresses.size() == 1)
        .map(List::getFirst)
        .findFirst();
  }

  /** As the registry takes it: of IPv6 without the name of a network card. */
  public static String literal(InetAddress address) {
    return address.getHostAddress().replaceFirst("%.*", "");
  }

  private static boolean isUp(NetworkInterface card) {
    try {
      return card.isUp();
    } catch (SocketException gone) {
      return false;
    }
  }
}
