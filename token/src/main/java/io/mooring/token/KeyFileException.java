package io.mooring.token;

/** A key file that cannot be used; the message names the file, the place and what was expected. */
public final class KeyFileException extends RuntimeException {
  public KeyFileException(String message) {
    super(message);
  }

  public KeyFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
