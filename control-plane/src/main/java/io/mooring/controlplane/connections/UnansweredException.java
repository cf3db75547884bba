package io.mooring.controlplane.connections;

/** A server's connections are not known; the message says why, for people. */
final class UnansweredException extends Exception {
  private static final long serialVersionUID = 1L;

  UnansweredException(String reason) {
    super(reason);
  }
}
