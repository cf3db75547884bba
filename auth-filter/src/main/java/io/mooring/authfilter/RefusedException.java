package io.mooring.authfilter;

/**
 * Ends the checks of one handshake. Has no stack trace: a refusal is ordinary, and must be cheap.
 */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  private RefusedException(Refusal refusal) {
    super(refusal.detail(), null, false, false);
    this.refusal = refusal;
  }

  static RefusedException badAuth(String step, String detail) {
    return new RefusedException(new Refusal(Refusal.Kind.BAD_AUTH, step, detail));
  }

  static RefusedException forbidden(String step, String detail) {
    return new RefusedException(new Refusal(Refusal.Kind.FORBIDDEN, step, detail));
  }

  static RefusedException unavailable(String step, String detail) {
    return new RefusedException(new Refusal(Refusal.Kind.UNAVAILABLE, step, detail));
  }

  Refusal refusal() {
    return refusal;
  }
}
