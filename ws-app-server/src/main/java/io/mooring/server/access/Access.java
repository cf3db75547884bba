package io.mooring.server.access;

/** What the {@link Authorizer} answers. */
public enum Access {
  GRANTED,
  /** The name does not fit the grammar of channels. */
  BAD_CHANNEL,
  NO_SUCH_NAMESPACE,
  FORBIDDEN
}
