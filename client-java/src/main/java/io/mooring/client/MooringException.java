package io.mooring.client;

import org.jspecify.annotations.Nullable;

/**
 * What a client could not do. The message says what happened, with which value, what was expected,
 * and what to do; the code is for programs:
 *
 * <ul>
 *   <li>{@code queue_full}: too many publications wait for their answer; nothing was sent
 *   <li>{@code timeout}: no answer came in time; whether it was published is not known
 *   <li>{@code unknown_outcome}: it was sent, and the client was closed before the answer, or there
 *       was none for too long to send it again safely; whether it was published is not known
 *   <li>{@code closed}: the client was closed before it could be sent; it was not published
 *   <li>{@code too_large}, {@code bad_request}, {@code bad_channel}, {@code already_subscribed}:
 *       not sent, as it cannot be right
 *   <li>{@code token_failed}: the application gave no token, or none in time
 *   <li>{@code bad_auth}, {@code forbidden}, {@code not_found}, and others: the server's own words
 *   <li>{@code listener_failed}: a listener of the application threw; the cause says what
 *   <li>{@code snapshot_failed}: a channel's snapshot was refused for good
 *   <li>{@code internal}: a bug of this library; the cause says where
 * </ul>
 */
public final class MooringException extends RuntimeException {
  private final String code;

  MooringException(String code, String message) {
    this(code, message, null);
  }

  MooringException(String code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What went wrong, as a word for programs. */
  public String code() {
    return code;
  }
}
