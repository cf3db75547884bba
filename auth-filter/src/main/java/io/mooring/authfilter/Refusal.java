package io.mooring.authfilter;

/**
 * Why a handshake is not let through.
 *
 * @param kind what the client should do about it
 * @param step the check that failed: {@code origin}, {@code path}, {@code signature} …
 * @param detail what was found and what was expected; goes to the client, so it shows no secret
 */
record Refusal(Kind kind, String step, String detail) {
  enum Kind {
    /** Another token may help. */
    BAD_AUTH,
    /** Nothing that the client could send with this request helps. */
    FORBIDDEN,
    /** The same request may succeed later. */
    UNAVAILABLE
  }
}
