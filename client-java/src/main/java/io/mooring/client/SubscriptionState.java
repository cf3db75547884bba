package io.mooring.client;

/** What a subscription is. */
public enum SubscriptionState {
  /** It was asked for, or waits for a socket. */
  PENDING,

  /** Messages come. */
  LIVE,

  /** The server refused it; it is over. */
  FAILED,

  /** The application or the server ended it; it is over. */
  ENDED
}
