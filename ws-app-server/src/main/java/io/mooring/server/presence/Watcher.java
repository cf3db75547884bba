package io.mooring.server.presence;

/** Hears what happens in a room; called on any thread, in order, and not to be held up. */
public interface Watcher {
  /** A hint: some may be missed at any time, and the versions show it. */
  void moved(Moves moves);

  /** Watching was interrupted and goes on: what happened meanwhile was not told. */
  void renewed();
}
