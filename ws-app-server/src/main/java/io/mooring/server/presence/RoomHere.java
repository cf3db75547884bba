package io.mooring.server.presence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A room, as far as its members have sockets on this server. One call is under way at a time, and
 * what happens meanwhile is the next; after one of which it is not known what became of it the
 * whole is said. Belongs to the room's strand.
 */
final class RoomHere {
  private static final int PORTION = 300;

  private final String name;
  private final Line line;
  private final Consumer<RoomHere> changed;
  private final Tally tally = new Tally(new HashMap<>(2));

  /** Of those who have one. */
  private Map<String, String> infos = Map.of();

  /** User → whether it enters; null if there are none, as nearly always. */
  private @Nullable Map<String, Boolean> unsaid;

  /** How many users were said to be here, and in which turn. */
  private int said;

  private Turn turn = Turn.NONE;

  /** What was said is not what there is; then nothing of it is unsaid. */
  private boolean wrong;

  private boolean underWay;

  /**
   * @param changed called whenever it may have become wrong, or done
   */
  RoomHere(String name, Line line, Consumer<RoomHere> changed) {
    this.name = name;
    this.line = line;
    this.changed = changed;
  }

  String name() {
    return name;
  }

  void entered(String user, String info) {
    if (tally.came(user) == Tally.Outcome.ENTERS) {
      if (!info.isEmpty()) {
        if (infos.isEmpty()) {
          infos = new HashMap<>();
        }
        infos.put(user, info);
      }
      change(user, true);
    }
  }

  void left(String user) {
    exits(user, tally.closed(user));
  }

  /**
   * @return whether it is waited for
   */
  boolean lost(String user, long until) {
    return tally.lost(user, until);
  }

  void due(String user, long now) {
    exits(user, tally.due(user, now));
  }

  boolean isWrong() {
    return wrong;
  }

  /** Whether there is nobody here, and nobody said to be. */
  boolean isDone() {
    return tally.size() == 0 && said == 0 && unsaid == null && !wrong && !underWay;
  }

  /** Begins a refresh: answers the last turn, or none if there is nothing to refresh. */
  Turn refreshing() {
    if (underWay || wrong || said == 0) {
      return Turn.NONE;
    }
    underWay = true;
    return turn;
  }

  void refreshed(boolean lost) {
    underWay = false;
    wrong |= lost;
    say();
    changed.accept(this);
  }

  /** Says what there is to say, if nothing is under way. */
  void say() {
    if (underWay || unsaid == null && !wrong) {
      return;
    }
    Holder holder = line.holder().orElse(null);
    if (holder == null) {
      wrong = true;
      unsaid = null;
    } else if (wrong) {
      correct(holder);
    } else {
      move(holder);
    }
  }

  private void exits(String user, Tally.Outcome outcome) {
    if (outcome == Tally.Outcome.EXITS) {
      if (!infos.isEmpty()) {
        infos.remove(user);
      }
      change(user, false);
    }
  }

  private void change(String user, boolean enters) {
    if (!wrong) {
      if (unsaid == null) {
        unsaid = new LinkedHashMap<>(2);
      }
      // What is waiting can only be the contrary.
      if (unsaid.remove(user) == null) {
        unsaid.put(user, enters);
      } else if (unsaid.isEmpty()) {
        unsaid = null;
      }
    }
    say();
    changed.accept(this);
  }

  private void correct(Holder holder) {
    Map<String, String> members = new HashMap<>();
    for (String user : tally.users()) {
      members.put(user, infos.getOrDefault(user, ""));
    }
    wrong = false;
    unsaid = null;
    said = members.size();
    turn = said == 0 ? Turn.NONE : Turn.first();
    await(line.presence.correct(holder, name, members, turn));
  }

  private void move(Holder holder) {
    Map<String, String> newcomers = new LinkedHashMap<>();
    List<String> leaving = new ArrayList<>();
    Map<String, Boolean> waiting = unsaid == null ? Map.of() : unsaid;
    Iterator<Map.Entry<String, Boolean>> next = waiting.entrySet().iterator();
    while (next.hasNext() && newcomers.size() + leaving.size() < PORTION) {
      Map.Entry<String, Boolean> one = next.next();
      if (one.getValue()) {
        newcomers.put(one.getKey(), infos.getOrDefault(one.getKey(), ""));
      } else {
        leaving.add(one.getKey());
      }
      next.remove();
    }
    if (waiting.isEmpty()) {
      unsaid = null;
    }
    said += newcomers.size() - leaving.size();
    // Those who come first: so nothing is held here only after the last of these calls.
    CompletionStage<Boolean> moved = CompletableFuture.completedStage(true);
    if (!newcomers.isEmpty()) {
      turn = turn.next();
      moved = line.presence.enter(holder, name, newcomers, turn);
    }
    if (!leaving.isEmpty()) {
      Turn exit = turn.next();
      turn = exit;
      moved =
          moved.thenCompose(
              entered ->
                  line.presence
                      .exit(holder, name, leaving, exit)
                      .thenApply(exited -> entered && exited));
    }
    if (said == 0) {
      turn = Turn.NONE;
    }
    await(moved);
  }

  private void await(CompletionStage<Boolean> call) {
    underWay = true;
    line.await(
        call,
        (fits, failed) -> {
          underWay = false;
          wrong |= failed || !Boolean.TRUE.equals(fits);
          say();
          changed.accept(this);
        });
  }
}
