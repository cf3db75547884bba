package io.mooring.cli.admin;

/** A control plane answered that it does not do what it was asked; the message says why. */
public final class AdminRefusal extends AdminException {
  private static final long serialVersionUID = 1;

  private final int status;

  AdminRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }
}
