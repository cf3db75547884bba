package io.mooring.bench.contender;

/** A contender cannot be brought here, or does not start. */
public final class ContenderException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ContenderException(String message) {
    super(message);
  }

  public ContenderException(String message, Throwable cause) {
    super(message, cause);
  }
}
