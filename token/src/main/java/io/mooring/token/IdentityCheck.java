package io.mooring.token;

/** What a server found in {@code x-mooring-identity}. */
public sealed interface IdentityCheck {
  /** The header was signed for this service, within the last 30 s. */
  record Valid(Identity identity) implements IdentityCheck {}

  /**
   * The handshake must be refused.
   *
   * @param reason for the log; shows nothing secret
   */
  record Invalid(String reason) implements IdentityCheck {}
}
