package io.mooring.registry;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which service a first connect is for: the one that its query asks for, else that of the host by
 * which it came, else the default one.
 */
public final class ServiceNames {
  private static final Pattern HOST = Pattern.compile("[a-z0-9._-]{1,253}|\\[[0-9a-f:.]{2,45}]");

  private final String absent;
  private final Map<String, String> byHost;

  private ServiceNames(String absent, Map<String, String> byHost) {
    this.absent = absent;
    this.byHost = byHost;
  }

  /**
   * Takes the configuration of a process.
   *
   * @param absent the default service
   * @param byHost services by the names of hosts, without ports
   * @throws IllegalArgumentException naming the key, the value and what was expected
   */
  public static ServiceNames of(String absent, Map<String, String> byHost) {
    requireService("default-service", absent);
    byHost.forEach(
        (host, service) -> {
          if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                "hosts: \""
                    + host
                    + "\" is no host; expected a name in lower case or a literal address, without"
                    + " scheme and port, for example chat.example.com");
          }
          requireService("hosts." + host, service);
        });
    return new ServiceNames(absent, Map.copyOf(byHost));
  }

  /**
   * The service of a first connect.
   *
   * @param asked the service that the query names; null if it names none
   * @param host host[:port] of the request, as the client sent it; "" for none
   */
  public String of(@Nullable String asked, String host) {
    if (asked != null) {
      return asked;
    }
    return byHost.isEmpty() ? absent : byHost.getOrDefault(name(host), absent);
  }

  /** Host names know no case (RFC 9110 section 4.2.3), and may end with a dot. */
  private static String name(String host) {
    int colon = host.lastIndexOf(':');
    String name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    String relative = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return relative.toLowerCase(Locale.ROOT);
  }

  private static void requireService(String key, String service) {
    if (!Grammar.SERVICE.matches(service)) {
      throw new IllegalArgumentException(
          key + " \"" + service + "\" does not fit " + Grammar.SERVICE.expression());
    }
  }
}
