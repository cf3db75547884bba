package io.mooring.cli.keys;

/** A development certificate cannot be read or made; the message says which and why. */
public final class CertificateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CertificateException(String message, Throwable cause) {
    super(message, cause);
  }
}
