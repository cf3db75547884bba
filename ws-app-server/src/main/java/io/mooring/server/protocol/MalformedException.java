package io.mooring.server.protocol;

/** A frame is no message of its dialect at all; the socket is closed with 4501. */
public final class MalformedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param problem in few words, without the peer's own
   */
  public MalformedException(String problem) {
    super(problem, null, false, false);
  }
}
