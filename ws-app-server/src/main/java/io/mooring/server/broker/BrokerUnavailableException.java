package io.mooring.server.broker;

import org.jspecify.annotations.Nullable;

/** The broker cannot do now what it was asked for; whether a publication was made is not known. */
public final class BrokerUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BrokerUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
