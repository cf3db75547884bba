package io.mooring.cli.admin;

/** The admin API could not be asked, or did not answer as expected. */
public final class AdminException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public AdminException(String message) {
    super(message);
  }

  public AdminException(String message, Throwable cause) {
    super(message, cause);
  }
}
