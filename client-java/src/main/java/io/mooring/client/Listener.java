package io.mooring.client;

import java.util.List;

/**
 * Hears what a channel says. Called in the client's order, on whichever thread that runs on: one
 * call after the other, never two of one client at once. A listener must not wait for its client,
 * and should not wait for long at all, as the socket's life is kept up in the same order: a server
 * gives up a client that does not answer its pings. It may call the client. What it throws is
 * logged and told to {@link ClientListener#error}, and the next call comes nevertheless.
 *
 * <p>After {@link Subscription#unsubscribe} has returned no call begins any more.
 */
public interface Listener {
  /** The next message, in the order of the channel's log, each once. */
  default void message(Message message) {}

  /** The subscription is live, for the first time or again. */
  default void subscribed(Subscribed subscribed) {}

  /** Some messages are missing for good. */
  default void lost(Lost lost) {}

  /** After {@link #lost}: what the channel's snapshot says, as far as it differs from before. */
  default void reconciled(Reconciled reconciled) {}

  /**
   * All who are there are known, for the first time; from now on each change is told. Only of
   * subscriptions {@linkplain SubscribeOptions#presence with presence}.
   */
  default void members(List<Member> members) {}

  /** A user is there who was not. */
  default void joined(Member member) {}

  /** A user is there no more. */
  default void left(Member member) {}

  /**
   * The server refused the subscription; it is over.
   *
   * @param reason {@code forbidden}, {@code no_such_namespace}, {@code bad_channel}, {@code limit};
   *     there may be others one day
   */
  default void failed(String reason) {}

  /**
   * The server ended the subscription; it is over.
   *
   * @param reason {@code forbidden}: the token does not allow it any more
   */
  default void ended(String reason) {}
}
