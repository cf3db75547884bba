package io.mooring.client;

/** What happens to a client's connection. */
enum Event {
  /** The application asks for a connection. */
  CONNECT,

  /** A socket has said hello, and there is no other. */
  OPENED,

  /** There is no socket any more and none under way; coming back makes sense. */
  FAILED,

  /** The socket is gone while the one that shall follow it is under way. */
  DROPPED,

  /** The server says that coming back is useless. */
  REFUSED,

  /** The server asks to go to another one. */
  TOLD,

  /** The next socket carries everything that the old one did. */
  MOVED,

  /** The time of the next attempt has come. */
  DUE,

  /** The application says that there is no network. */
  OFFLINE,

  /** The application says that there is a network again. */
  ONLINE,

  /** The application wants no connection any more. */
  CLOSE
}
