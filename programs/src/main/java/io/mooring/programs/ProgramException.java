package io.mooring.programs;

import org.jspecify.annotations.Nullable;

/** A program cannot be found, fetched or started; the message says which, where, and what to do. */
public final class ProgramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProgramException(String message) {
    super(message);
  }

  ProgramException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
