package io.mooring.server.history;

/** A publication's key would make the channel's snapshot larger than it may be; it was not made. */
public final class SnapshotFullException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SnapshotFullException(String message) {
    super(message, null, false, false);
  }
}
