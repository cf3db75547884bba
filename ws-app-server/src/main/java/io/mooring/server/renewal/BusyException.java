package io.mooring.server.renewal;

/** So many tokens wait to be verified that another one would wait too long. */
public final class BusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BusyException(int waiting) {
    super(waiting + " tokens wait to be verified", null, false, false);
  }
}
