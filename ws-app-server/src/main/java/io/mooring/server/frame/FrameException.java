package io.mooring.server.frame;

/** The peer broke the framing; thrown often under attack, so it has no stack trace. */
final class FrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final CloseCode code;

  /**
   * @param rule which rule was broken, in few words
   */
  FrameException(CloseCode code, String rule) {
    super(rule, null, false, false);
    this.code = code;
  }

  CloseCode code() {
    return code;
  }
}
