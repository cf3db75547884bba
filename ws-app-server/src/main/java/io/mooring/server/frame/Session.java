package io.mooring.server.frame;

import io.netty.buffer.ByteBuf;

/** What stands behind one {@link WebSocket}; called on the socket's loop. */
public interface Session {
  /**
   * A frame has arrived whole; called before its content is acted upon.
   *
   * @param control whether it was a ping, pong or close
   */
  void heard(boolean control);

  /**
   * A text message has arrived, valid UTF-8.
   *
   * @param message the callee's until it returns
   */
  void text(ByteBuf message);

  /**
   * A binary message has arrived.
   *
   * @param message the callee's until it returns
   */
  void binary(ByteBuf message);

  /** The socket takes nothing more; what is sent from now on is dropped. Called once. */
  void closing();

  /**
   * The TCP connection has ended. Called once, after {@link #closing}.
   *
   * @param code the close code that ended the socket, the peer's or ours; 1005 if the peer gave
   *     none, 1006 if there was no close frame
   */
  void closed(int code);
}
