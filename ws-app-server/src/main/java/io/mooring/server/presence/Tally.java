package io.mooring.server.presence;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is at one place, by how many sockets. A user is there for as long as it has one, and while
 * one that was lost may come back. A socket that comes takes the place of a lost one, if there is
 * one, so that after a drop and a return the next clean close is the end at once. Belongs to a
 * strand.
 */
final class Tally {
  /** What it means to others. */
  enum Outcome {
    NOTHING,
    ENTERS,
    EXITS
  }

  /** Sockets that were lost. */
  private static final class Lost {
    int count;
    long until;
  }

  private final Map<String, Integer> sockets;
  private @Nullable Map<String, Lost> lost;

  /**
   * @param sockets empty; user → how many there are, where it has any or has lost some
   */
  Tally(Map<String, Integer> sockets) {
    this.sockets = sockets;
  }

  Outcome came(String user) {
    Integer before = sockets.get(user);
    sockets.put(user, before == null ? 1 : before + 1);
    if (before == null) {
      return Outcome.ENTERS;
    }
    found(user);
    return Outcome.NOTHING;
  }

  /** A socket ended for good. Without effect if there is none. */
  Outcome closed(String user) {
    int before = sockets.getOrDefault(user, 0);
    if (before > 1 || before == 1 && lost(user) > 0) {
      sockets.put(user, before - 1);
    } else if (before == 1) {
      sockets.remove(user);
      return Outcome.EXITS;
    }
    return Outcome.NOTHING;
  }

  /**
   * A socket was lost. Without effect if there is none.
   *
   * @param until when it is waited for
   * @return whether it was there
   */
  boolean lost(String user, long until) {
    int before = sockets.getOrDefault(user, 0);
    if (before == 0) {
      return false;
    }
    sockets.put(user, before - 1);
    if (lost == null) {
      lost = new HashMap<>(2);
    }
    Lost waiting = lost.computeIfAbsent(user, key -> new Lost());
    waiting.count++;
    waiting.until = until;
    return true;
  }

  /** A socket of the user was waited for until now. */
  Outcome due(String user, long now) {
    Lost waiting = lost == null ? null : lost.get(user);
    if (waiting == null || waiting.until - now > 0) {
      return Outcome.NOTHING;
    }
    forget(user);
    if (sockets.getOrDefault(user, 0) > 0) {
      return Outcome.NOTHING;
    }
    sockets.remove(user);
    return Outcome.EXITS;
  }

  /** How many of a user's sockets are waited for. */
  int lost(String user) {
    Lost waiting = lost == null ? null : lost.get(user);
    return waiting == null ? 0 : waiting.count;
  }

  int size() {
    return sockets.size();
  }

  boolean has(String user) {
    return sockets.containsKey(user);
  }

  Set<String> users() {
    return sockets.keySet();
  }

  private void found(String user) {
    Lost waiting = lost == null ? null : lost.get(user);
    if (waiting != null && --waiting.count == 0) {
      forget(user);
    }
  }

  private void forget(String user) {
    if (lost != null) {
      lost.remove(user);
      if (lost.isEmpty()) {
        lost = null;
      }
    }
  }
}
