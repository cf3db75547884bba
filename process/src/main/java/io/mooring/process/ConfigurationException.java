package io.mooring.process;

/**
 * A configuration that cannot be used; the message says which key, which value, what was expected.
 */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }
}
