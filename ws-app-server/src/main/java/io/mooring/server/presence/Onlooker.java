package io.mooring.server.presence;

import io.mooring.server.loop.Loop;

/** One who asks who is in a room; called on its own loop. */
public interface Onlooker {
  Loop loop();

  /** Who is in the room now; whatever happens after that is told. */
  void opened(Page first);

  /** It cannot be told who is in the room now; nothing more is. */
  void unavailable();

  /**
   * Some have come or gone.
   *
   * @param frames whole frames, shared with others: not changed
   */
  void moved(byte[] frames);
}
