package io.mooring.token;

/** What became of a token. */
public sealed interface Verification {
  record Accepted(Claims claims) implements Verification {}

  /**
   * @param step the first check that failed
   * @param detail what was found and what was expected; shows no part of the token but single
   *     claims
   */
  record Refused(Step step, String detail) implements Verification {}
}
