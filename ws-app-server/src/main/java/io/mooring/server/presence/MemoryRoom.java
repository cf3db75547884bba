package io.mooring.server.presence;

import io.mooring.server.history.Epochs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/** A room in memory: who holds whom. Belongs to its strand. */
final class MemoryRoom {
  /** Of a holder's turn: it is not known what became of it. */
  private static final Turn LOST = new Turn("", -1);

  private static final class Held {
    final String info;
    final LinkedHashSet<Holder> holders = new LinkedHashSet<>();

    Held(String info) {
      this.info = info;
    }
  }

  private static final class Word {
    long deadline;
    Turn turn = Turn.NONE;
    int users;
  }

  private final Map<String, Held> users = new LinkedHashMap<>();
  private final Map<Holder, Word> words = new HashMap<>();
  private final List<Move> moves = new ArrayList<>();
  private Version version = new Version(Epochs.random(), 0);

  Version version() {
    return version;
  }

  boolean isEmpty() {
    return users.isEmpty();
  }

  boolean enter(Holder holder, Map<String, String> newcomers, Turn turn, long deadline) {
    Word word = words.computeIfAbsent(holder, key -> new Word());
    boolean fits = word.turn.equals(turn.before());
    word.turn = fits ? turn : LOST;
    word.deadline = deadline;
    newcomers.forEach((user, info) -> hold(holder, word, user, info));
    return fits;
  }

  boolean exit(Holder holder, Collection<String> leaving, Turn turn) {
    Word word = words.get(holder);
    if (word == null) {
      return turn.before().equals(Turn.NONE);
    }
    boolean fits = word.turn.equals(turn.before());
    word.turn = fits ? turn : LOST;
    leaving.forEach(user -> release(holder, user));
    return fits;
  }

  void correct(Holder holder, Map<String, String> members, Turn turn, long deadline) {
    Set<String> surplus = new HashSet<>();
    users.forEach(
        (user, held) -> {
          if (held.holders.contains(holder) && !members.containsKey(user)) {
            surplus.add(user);
          }
        });
    surplus.forEach(user -> release(holder, user));
    if (!members.isEmpty()) {
      Word word = words.computeIfAbsent(holder, key -> new Word());
      word.turn = turn.before();
      enter(holder, members, turn, deadline);
    }
  }

  /**
   * @return false if it does not hold what it held after that turn
   */
  boolean refresh(Holder holder, Turn turn, long deadline) {
    Word word = words.get(holder);
    if (word == null || !word.turn.equals(turn)) {
      return false;
    }
    word.deadline = deadline;
    return true;
  }

  /**
   * @param silentMillis for how long a holder with that deadline has said nothing
   */
  void drop(Deaths deaths, long now, LongUnaryOperator silentMillis) {
    Map<Holder, Long> silent = new LinkedHashMap<>();
    words.forEach((holder, word) -> silent.put(holder, silentMillis.applyAsLong(word.deadline)));
    Set<Holder> dead = new LinkedHashSet<>(deaths.among(silent).keySet());
    words.forEach(
        (holder, word) -> {
          if (word.deadline - now <= 0) {
            dead.add(holder);
          }
        });
    for (Holder holder : dead) {
      for (String user : List.copyOf(users.keySet())) {
        release(holder, user);
      }
    }
  }

  List<Member> members() {
    List<Member> members = new ArrayList<>(users.size());
    users.forEach(
        (user, held) -> members.add(new Member(user, held.holders.getLast().server(), held.info)));
    return members;
  }

  /** What has moved since the last call. */
  Optional<Moves> moved() {
    if (moves.isEmpty()) {
      return Optional.empty();
    }
    Moves together = new Moves(version, List.copyOf(moves));
    version = together.after();
    moves.clear();
    return Optional.of(together);
  }

  private void hold(Holder holder, Word word, String user, String info) {
    Held held = users.get(user);
    if (held == null) {
      held = new Held(info);
      users.put(user, held);
      moves.add(new Move.Join(user, info));
    }
    if (held.holders.add(holder)) {
      word.users++;
    }
  }

  private void release(Holder holder, String user) {
    Held held = users.get(user);
    if (held == null || !held.holders.remove(holder)) {
      return;
    }
    if (held.holders.isEmpty()) {
      users.remove(user);
      moves.add(new Move.Leave(user));
    }
    Word word = words.get(holder);
    if (word != null && --word.users == 0) {
      words.remove(holder);
    }
  }
}
