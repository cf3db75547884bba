package io.mooring.server.history;

import org.jspecify.annotations.Nullable;

/**
 * The log cannot be read or written now; whether a publication was made is not known. Its message
 * is for the log alone: it may name keys and addresses.
 */
public final class UnavailableException extends RuntimeException {
  /** What those outside are told. */
  public static final String OUTSIDE =
      "the channel's log cannot be read or written now; try again, with the same dedupe if it was a"
          + " publication";

  private static final long serialVersionUID = 1L;

  public UnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a failure of Redis, or of what it answered, means to who asked. */
  public static UnavailableException of(Throwable failure) {
    return failure instanceof UnavailableException same
        ? same
        : new UnavailableException("redis: " + failure.getMessage(), failure);
  }
}
