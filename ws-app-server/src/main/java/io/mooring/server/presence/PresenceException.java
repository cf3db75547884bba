package io.mooring.server.presence;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Presence cannot be read or written now; whether what was asked for was done is not known. Its
 * message is for the log alone: it may name keys and addresses.
 */
public final class PresenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PresenceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a failure of Redis, or of what it answered, means to who asked. */
  static PresenceException of(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable bare = failure instanceof CompletionException && cause != null ? cause : failure;
    return bare instanceof PresenceException same
        ? same
        : new PresenceException("redis: " + bare.getMessage(), bare);
  }
}
