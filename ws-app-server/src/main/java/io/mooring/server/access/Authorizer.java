package io.mooring.server.access;

import io.mooring.token.Channels;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whether a client may use a channel; what nothing allows is denied.
 * Safe for use by many threads.
 */
public final class Authorizer {
  /** The longest channel name, in characters, which are all ASCII. */
  public static final int MAX_CHANNEL = 255;

  private static final String DEFAULT_NAMESPACE = "default";

  private final Map<String, Namespace> namespaces;

  public Authorizer(Map<String, Namespace> namespaces) {
    this.namespaces = Map.copyOf(namespaces);
  }

  /**
   * @param rights what the client's token allows
   * @param user the client's id
   */
  public Access subscribe(Channels rights, String user, String channel) {
    Access access = known(channel);
    return access == Access.FORBIDDEN && rights.maySubscribe(channel, user)
        ? Access.GRANTED
        : access;
  }

  /**
   * @param rights what the client's token allows
   * @param user the client's id
   */
  public Access publish(Channels rights, String user, String channel) {
    Access access = known(channel);
    return access == Access.FORBIDDEN && rights.mayPublish(channel, user) ? Access.GRANTED : access;
  }

  /** Forbidden, where it is the token's to allow. */
  private Access known(String channel) {
    if (!fits(channel)) {
      return Access.BAD_CHANNEL;
    }
    int dot = channel.indexOf('.');
    String name = dot < 0 ? DEFAULT_NAMESPACE : channel.substring(0, dot);
    @Nullable Namespace namespace = namespaces.get(name);
    if (namespace == null) {
      return Access.NO_SUCH_NAMESPACE;
    }
    return namespace.open() ? Access.GRANTED : Access.FORBIDDEN;
  }

  private static boolean fits(String channel) {
    if (channel.isEmpty() || channel.length() > MAX_CHANNEL) {
      return false;
    }
    for (int i = 0; i < channel.length(); i++) {
      char c = channel.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && "._:~-".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
