package io.mooring.controlplane.explain;

import io.mooring.registry.Grammar;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a {@link Target} is written. */
final class TargetText {
  /** 32 bytes in base64url. */
  private static final int CONN_LENGTH = 43;

  private static final Pattern URL =
      Pattern.compile(
          "(?:(?:wss?|https?)://(?<host>[^/?#\\s]+))?/ws"
              + "(?:/(?<server>[A-Za-z0-9_-]{1,64})/(?<conn>[A-Za-z0-9_-]{1,64}))?"
              + "(?:\\?(?<query>\\S*))?");

  private static final Pattern USER = Pattern.compile("[A-Za-z0-9._:@|~-]{1,128}");
  private static final String SERVICE = "service=";

  private TargetText() {}

  static Target parse(String text) {
    if (text.indexOf('/') >= 0) {
      return url(text);
    }
    if (text.length() == CONN_LENGTH && Grammar.ID.matches(text)) {
      return new Target.Conn(text);
    }
    if (!USER.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "is neither a URL with the path /ws or /ws/<server_id>/<conn_id>, nor a conn_id, nor a"
              + " user of "
              + USER);
    }
    return new Target.User(text);
  }

  private static Target url(String text) {
    Matcher parts = URL.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "has a slash, but is no URL with the path /ws or /ws/<server_id>/<conn_id>, for example"
              + " wss://edge.example.com/ws/app-1/x");
    }
    String host = parts.group("host");
    String server = parts.group("server");
    String conn = parts.group("conn");
    String query = parts.group("query");
    return new Target.Url(
        server == null || conn == null
            ? Optional.empty()
            : Optional.of(new Target.Url.Pin(server, conn)),
        query == null ? Optional.empty() : service(query),
        host == null ? "" : host);
  }

  private static Optional<String> service(String query) {
    for (String parameter : query.split("&", -1)) {
      if (parameter.startsWith(SERVICE)) {
        String service = parameter.substring(SERVICE.length());
        if (!Grammar.SERVICE.matches(service)) {
          throw new IllegalArgumentException(
              "asks for service \"" + service + "\", expected " + Grammar.SERVICE.expression());
        }
        return Optional.of(service);
      }
    }
    return Optional.empty();
  }
}
