package io.mooring.registry;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A literal IP address and a port; never a name, so that nothing is resolved on the way to it.
 *
 * @param ip dotted IPv4, or IPv6 without brackets
 * @param port 1 to 65535
 */
public record Address(String ip, int port) {
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  public Address {
    if (!IPV4.matcher(ip).matches() && !isIpv6(ip)) {
      throw new IllegalArgumentException(
          "address \"" + ip + "\" is not a literal IP address, for example 10.0.0.7");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 1 and 65535");
    }
  }

  /**
   * Reads {@code ip:port} or {@code [ipv6]:port}.
   *
   * @throws IllegalArgumentException naming the text and the form that was expected
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(
          "address \"" + text + "\" is not of the form ip:port, for example 10.0.0.7:7200");
    }
    String ip = text.substring(0, colon);
    if (ip.startsWith("[") && ip.endsWith("]")) {
      ip = ip.substring(1, ip.length() - 1);
    } else if (ip.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "address \"" + text + "\": an IPv6 address needs brackets, for example [::1]:7200");
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          "address \"" + text + "\" is not of the form ip:port, for example 10.0.0.7:7200",
          notANumber);
    }
    return new Address(ip, port);
  }

  private static boolean isIpv6(String ip) {
    if (!IPV6.matcher(ip).matches()) {
      return false;
    }
    try {
      InetAddress unused = InetAddress.ofLiteral(ip);
      return true;
    } catch (IllegalArgumentException notLiteral) {
      return false;
    }
  }

  /** {@code ip:port}, or {@code [ipv6]:port}: the form of {@code ws_hosts} and of Redis. */
  @Override
  public String toString() {
    return ip.indexOf(':') >= 0 ? "[" + ip + "]:" + port : ip + ":" + port;
  }
}
