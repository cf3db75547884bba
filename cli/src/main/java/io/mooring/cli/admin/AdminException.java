package io.mooring.cli.admin;

/** The admin API could not be asked, or did not answer as expected. */
public sealed class AdminException extends RuntimeException permits AdminRefusal {
  private static final long serialVersionUID = 1;

  public AdminException(String message) {
    super(message);
  }

  public AdminException(String message, Throwable cause) {
    super(message, cause);
  }
}
