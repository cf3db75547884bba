package io.mooring.controlplane.connections;

/** More questions wait for the servers than one process asks; another may be put in a moment. */
public final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BusyException(String message) {
    super(message);
  }
}
