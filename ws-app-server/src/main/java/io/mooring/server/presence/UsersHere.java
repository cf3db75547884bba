package io.mooring.server.presence;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * The users of one strand that have sockets on this server, wherever these are subscribed. One call
 * is under way at a time, and what happens meanwhile is the next. Belongs to the strand.
 */
final class UsersHere {
  private static final int PORTION = 300;

  private record Lost(String user, long until) {}

  /** Those who were spoken of longest ago first. */
  private final LinkedHashMap<String, Integer> sockets = new LinkedHashMap<>();

  private final Tally tally = new Tally(sockets);
  private final Queue<Lost> lost = new ArrayDeque<>();

  /** User → whether it is online. */
  private final Map<String, Boolean> unsaid = new LinkedHashMap<>();

  private final Line line;
  private final long resumeNanos;
  private final Turns turns;
  private boolean underWay;

  /** As of the last tick. */
  private volatile int count;

  /**
   * @param ticks in which each user is refreshed once
   */
  UsersHere(Line line, long resumeNanos, int ticks) {
    this.line = line;
    this.resumeNanos = resumeNanos;
    this.turns = new Turns(ticks);
  }

  /** How many there are, some moments ago; on any thread. */
  int count() {
    return count;
  }

  void came(String user) {
    change(user, tally.came(user));
    say();
  }

  void went(String user, Departure departure) {
    switch (departure) {
      case FOR_GOOD -> change(user, tally.closed(user));
      case FOR_NOW -> {
        long until = line.nanos.getAsLong() + resumeNanos;
        if (tally.lost(user, until)) {
          lost.add(new Lost(user, until));
        }
      }
    }
    say();
  }

  void hurry() {
    turns.hurry();
  }

  /** Ends the wait for those that are due, and refreshes those whose turn it is. */
  void tick() {
    long now = line.nanos.getAsLong();
    for (Lost next = lost.peek(); next != null && next.until - now <= 0; next = lost.peek()) {
      lost.remove();
      change(next.user, tally.due(next.user, now));
    }
    if (line.holder().isPresent()) {
      for (int left = turns.next(sockets.size()); left > 0; left--) {
        Map.Entry<String, Integer> oldest = sockets.firstEntry();
        sockets.putLast(oldest.getKey(), oldest.getValue());
        unsaid.putIfAbsent(oldest.getKey(), true);
      }
    }
    count = sockets.size();
    say();
    forget();
  }

  private void change(String user, Tally.Outcome outcome) {
    switch (outcome) {
      case NOTHING -> {}
      case ENTERS -> unsaid.put(user, true);
      case EXITS -> unsaid.put(user, false);
    }
    if (outcome == Tally.Outcome.EXITS && line.isForgotten()) {
      unsaid.remove(user);
    }
  }

  private void say() {
    if (!underWay && !unsaid.isEmpty()) {
      line.holder().ifPresent(this::say);
    }
  }

  private void say(Holder holder) {
    List<String> online = new ArrayList<>();
    List<String> offline = new ArrayList<>();
    Iterator<Map.Entry<String, Boolean>> next = unsaid.entrySet().iterator();
    while (next.hasNext() && online.size() + offline.size() < PORTION) {
      Map.Entry<String, Boolean> one = next.next();
      (one.getValue() ? online : offline).add(one.getKey());
      next.remove();
    }
    underWay = true;
    line.await(
        line.presence
            .online(holder, online)
            .thenCompose(said -> line.presence.offline(holder, offline)),
        (said, failed) -> {
          underWay = false;
          if (failed) {
            keep(online, offline);
          } else {
            say();
          }
        });
  }

  private void keep(List<String> online, List<String> offline) {
    online.stream().filter(tally::has).forEach(user -> unsaid.putIfAbsent(user, true));
    offline.forEach(user -> unsaid.putIfAbsent(user, false));
    forget();
  }

  /** Whoever left longer ago than anybody is believed has left for the others, too. */
  private void forget() {
    if (line.isForgotten()) {
      unsaid.values().removeIf(isOnline -> !isOnline);
    }
  }
}
