package io.mooring.registry;

/** Redis cannot be read or written now; nothing is known about whether a write was done. */
public final class RegistryUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
