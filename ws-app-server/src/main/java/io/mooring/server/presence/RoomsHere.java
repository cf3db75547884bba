package io.mooring.server.presence;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;

/** The rooms of one strand that have members on this server. Belongs to the strand. */
final class RoomsHere {
  /** So many rooms are corrected at a tick. */
  private static final int CORRECTIONS = 300;

  private record Lost(String room, String user, long until) {}

  /** Those that were refreshed longest ago first. */
  private final LinkedHashMap<String, RoomHere> rooms = new LinkedHashMap<>();

  private final Set<RoomHere> wrong = new LinkedHashSet<>();
  private final Queue<Lost> lost = new ArrayDeque<>();
  private final Line line;
  private final long resumeNanos;
  private final Turns turns;
  private final SweepDue sweepDue = new SweepDue();

  /** As of the last tick. */
  private volatile int count;

  /** One for all rooms. */
  private final Consumer<RoomHere> changed = this::changed;

  /**
   * @param ticks in which each room is refreshed once
   */
  RoomsHere(Line line, long resumeNanos, int ticks) {
    this.line = line;
    this.resumeNanos = resumeNanos;
    this.turns = new Turns(ticks);
  }

  /** How many there are, some moments ago; on any thread. */
  int count() {
    return count;
  }

  void entered(String name, String user, String info) {
    rooms.computeIfAbsent(name, this::room).entered(user, info);
  }

  void left(String name, String user, Departure departure) {
    RoomHere room = rooms.get(name);
    if (room == null) {
      return;
    }
    switch (departure) {
      case FOR_GOOD -> room.left(user);
      case FOR_NOW -> {
        long until = line.nanos.getAsLong() + resumeNanos;
        if (room.lost(user, until)) {
          lost.add(new Lost(name, user, until));
        }
      }
    }
  }

  void hurry() {
    turns.hurry();
  }

  /** Ends the wait for those that are due, and corrects and refreshes the rooms. */
  void tick() {
    long now = line.nanos.getAsLong();
    for (Lost next = lost.peek(); next != null && next.until - now <= 0; next = lost.peek()) {
      lost.remove();
      RoomHere room = rooms.get(next.room);
      if (room != null) {
        room.due(next.user, now);
      }
    }
    if (line.holder().isPresent()) {
      List.copyOf(wrong).stream().limit(CORRECTIONS).forEach(RoomHere::say);
      refresh();
      if (sweepDue.take(now)) {
        sweepNow();
      }
    }
    count = rooms.size();
  }

  /** Drops dead holders from all rooms. */
  void sweep() {
    sweepDue.begin(line.nanos.getAsLong());
    sweepNow();
  }

  private void sweepNow() {
    if (!rooms.isEmpty()) {
      line.await(
          line.presence.sweep(List.copyOf(rooms.keySet())),
          (swept, failed) -> sweepDue.ended(failed, line.nanos.getAsLong()));
    }
  }

  private void refresh() {
    Map<String, Turn> due = new HashMap<>();
    for (int left = turns.next(rooms.size()); left > 0; left--) {
      RoomHere oldest = rooms.firstEntry().getValue();
      rooms.putLast(oldest.name(), oldest);
      Turn turn = oldest.refreshing();
      if (!turn.equals(Turn.NONE)) {
        due.put(oldest.name(), turn);
      }
    }
    if (!due.isEmpty()) {
      line.holder()
          .ifPresentOrElse(
              holder ->
                  line.await(
                      line.presence.refresh(holder, due),
                      (lost, failed) -> refreshed(due.keySet(), lost == null ? Set.of() : lost)),
              () -> refreshed(due.keySet(), Set.of()));
    }
  }

  /** A room stays for as long as something is under way for it. */
  private void refreshed(Set<String> names, Set<String> lost) {
    for (String name : names) {
      RoomHere room = rooms.get(name);
      if (room != null) {
        room.refreshed(lost.contains(name));
      }
    }
  }

  private RoomHere room(String name) {
    return new RoomHere(name, line, changed);
  }

  private void changed(RoomHere room) {
    if (room.isWrong()) {
      wrong.add(room);
    } else {
      wrong.remove(room);
    }
    if (room.isDone()) {
      rooms.remove(room.name(), room);
    }
  }
}
