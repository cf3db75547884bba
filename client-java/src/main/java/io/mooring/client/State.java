package io.mooring.client;

/** Where a client is between having a socket and having none. */
public enum State {
  /** It was not asked to connect yet. */
  IDLE,

  /** It has no socket, and the next one is being opened. */
  CONNECTING,

  /** It has a socket. */
  OPEN,

  /**
   * Its server asked it to go to another one. It has a socket and everything works; the next one
   * takes over, at the time that the server gave, once it carries every subscription.
   */
  MOVING,

  /** It has no socket, and waits before it opens the next one; for ever while it is offline. */
  WAITING,

  /** It was closed, or a server said that coming back is useless. */
  CLOSED
}
