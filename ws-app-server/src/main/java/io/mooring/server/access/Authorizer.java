package io.mooring.server.access;

import io.mooring.token.Channels;
import java.util.Optional;

/**
 * The one place that decides whether a client may use a channel; what nothing allows is denied.
 * Safe for use by many threads.
 */
public final class Authorizer {
  /** The longest channel name, in characters, which are all ASCII. */
  public static final int MAX_CHANNEL = 255;

  private final Namespaces namespaces;

  public Authorizer(Namespaces namespaces) {
    this.namespaces = namespaces;
  }

  /**
   * Also for a resume, and again when the client has a new token.
   *
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
   * Whether the client may see a channel without subscribing: its snapshot, its past, who is there.
   * Whoever may subscribe may.
   *
   * @param rights what the client's token allows
   * @param user the client's id
   */
  public Access read(Channels rights, String user, String channel) {
    return subscribe(rights, user, channel);
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
    Optional<Namespace> namespace = namespaces.of(channel);
    if (namespace.isEmpty()) {
      return Access.NO_SUCH_NAMESPACE;
    }
    return namespace.get().open() ? Access.GRANTED : Access.FORBIDDEN;
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
