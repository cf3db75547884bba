package io.mooring.cli.child;

/** A program could not be started or signalled. */
public final class ChildException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ChildException(String message, Throwable cause) {
    super(message, cause);
  }

  public ChildException(String message) {
    super(message);
  }
}
