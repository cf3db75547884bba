package io.mooring.process;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A process that cannot start; the message says what is in the way and what to do about it. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A port that could not be taken, with the configuration key that asked for it. */
  public static StartException cannotListen(String key, HostPort address, Throwable cause) {
    return new StartException(
        "cannot listen on %s (%s): %s; free the port, or set another %s"
            .formatted(address, key, rootOf(cause).getMessage(), key),
        cause);
  }

  /** A URL that Redis cannot have, shown without its password. */
  public static StartException noRedisUrl(String key, URI url) {
    // Without a cause: its message may hold the password.
    return new StartException(
        "%s %s: expected redis://[user:password@]host:port, or rediss:// with TLS"
            .formatted(key, Values.withoutUserInfo(url.toString())),
        null);
  }

  private static Throwable rootOf(Throwable error) {
    Throwable root = error;
    for (Throwable next = root.getCause(); next != null; next = next.getCause()) {
      root = next;
    }
    return root;
  }
}
