package io.mooring.server.presence;

import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The members of a room on a server where somebody has asked for them: read once, kept up by what
 * is told, and read anew where the versions show that something was missed. What a reading finds
 * changed is told like any other join or leave.
 *
 * <p>When the room was forgotten, or is older than it was, its holders have lost nobody, and say so
 * with their next refresh: until then those who are missing are kept.
 *
 * <p>Belongs to the strand of the room's name.
 */
public final class Room implements Watcher {
  /** Hears who comes and goes; called on the strand. */
  public interface Listener {
    void joined(String user, String info);

    void left(String user, String info);
  }

  /** All holders have refreshed the room, and corrected what they hold there. */
  static final Duration DOUBT = Attendance.PERIOD.plusSeconds(5);

  /** So many moves are kept while the room is read; beyond that it is read again. */
  private static final int MOST_HELD = 10_000;

  private final String name;
  private final Strand strand;
  private final Presence presence;
  private final Listener listener;
  private final CompletionStage<Void> free;
  private final LongSupplier nanos;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** User → info. */
  private final NavigableMap<String, String> members = new TreeMap<>();

  /** Of the members. */
  private final Digest digest = new Digest();

  /** Members of whom the room knows nothing any more. */
  private final Set<String> doubted = new HashSet<>();

  private long doubtedUntil;

  /** Null until the first reading. */
  private @Nullable Version version;

  /** What was told since the reading began that is under way; null if none is. */
  private @Nullable List<Moves> told;

  private int toldMoves;

  /** The reading that is under way may not have seen what happened. */
  private boolean again;

  /** A version that was seen; what leads to it may still be on its way. */
  private Version awaited = Version.NONE;

  private boolean watched;

  /** The watch is about to begin. */
  private boolean opening;

  private boolean failed;
  private boolean closed;
  private @Nullable CompletableFuture<Void> known;

  /**
   * @param free completes when the room may be watched
   * @param nanos the clock
   */
  Room(
      String name,
      Strand strand,
      Presence presence,
      Listener listener,
      CompletionStage<Void> free,
      LongSupplier nanos) {
    this.name = name;
    this.strand = strand;
    this.presence = presence;
    this.listener = listener;
    this.free = free;
    this.nanos = nanos;
  }

  /**
   * @return completes on the strand when the members are known; fails with {@link
   *     PresenceException} if they cannot be read now. They are tried again by themselves.
   */
  public CompletionStage<Void> known() {
    assert strand.inside();
    if (version != null) {
      return CompletableFuture.completedStage(null);
    }
    CompletableFuture<Void> first = known;
    if (first == null) {
      first = new CompletableFuture<>();
      known = first;
      begin();
    }
    return first;
  }

  /** How many there are; 0 until they are known. */
  public int count() {
    assert strand.inside();
    return members.size();
  }

  /**
   * @param after the last of the page before; empty for the first page
   * @param most how many, 1 or more
   */
  public Page page(String after, int most) {
    assert strand.inside();
    return Page.of(members, digest.value(), after, most);
  }

  @Override
  public void moved(Moves moves) {
    strand.run(() -> hear(moves));
  }

  @Override
  public void renewed() {
    strand.run(this::read);
  }

  /** Which version it has; empty if none, or another one is being read. */
  Optional<Version> version() {
    assert strand.inside();
    return told == null && !failed ? Optional.ofNullable(version) : Optional.empty();
  }

  /**
   * Takes note of what the room's version was.
   *
   * @param then what {@link #version} was when that was asked
   */
  void compared(Version then, Version there) {
    assert strand.inside();
    if (told != null || version == null) {
      return;
    }
    if (!there.life().equals(then.life())) {
      if (version.life().equals(then.life())) {
        read();
      }
    } else if (there.number() < then.number()) {
      read();
    } else {
      awaited = there;
    }
  }

  /** Does what is due; called about once a second. */
  void tick() {
    assert strand.inside();
    if (closed) {
      return;
    }
    if (!doubted.isEmpty() && doubtedUntil - nanos.getAsLong() <= 0) {
      List<String> gone = List.copyOf(doubted);
      doubted.clear();
      gone.forEach(this::leave);
    }
    if (failed) {
      begin();
    } else if (version != null
        && awaited.life().equals(version.life())
        && awaited.number() > version.number()) {
      read();
    }
  }

  /**
   * @return completes, on any thread, when the room may be watched anew
   */
  CompletionStage<Void> close() {
    assert strand.inside();
    closed = true;
    if (!opening) {
      end();
    }
    return ended;
  }

  private void end() {
    if (watched) {
      watched = false;
      var ignored = presence.unwatch(name).thenRun(() -> ended.complete(null));
    } else {
      ended.complete(null);
    }
  }

  private void begin() {
    failed = false;
    if (watched || opening) {
      read();
      return;
    }
    opening = true;
    var ignored =
        free.thenCompose(now -> presence.watch(name, this))
            .whenComplete((active, failure) -> strand.run(() -> opened(failure)));
  }

  private void opened(@Nullable Throwable failure) {
    opening = false;
    watched = failure == null;
    if (closed) {
      end();
    } else if (failure == null) {
      read();
    } else {
      fail(failure);
    }
  }

  private void hear(Moves moves) {
    if (closed || version == null && told == null) {
      return;
    }
    if (told == null) {
      apply(moves);
    } else if (!again) {
      told.add(moves);
      toldMoves += moves.moves().size();
      again = toldMoves > MOST_HELD;
    }
  }

  private void apply(Moves moves) {
    Version now = version;
    if (now == null) {
      return;
    }
    Version before = moves.before();
    if (!before.equals(now)) {
      if (before.life().equals(now.life())) {
        if (moves.after().number() > now.number()) {
          read();
        }
        return;
      }
      if (before.number() > 0) {
        read();
        return;
      }
      // A life from its beginning.
      doubt(members.keySet());
    }
    version = moves.after();
    for (Move move : moves.moves()) {
      switch (move) {
        case Move.Join join -> join(join.user(), join.info());
        case Move.Leave leave -> leave(leave.user());
      }
    }
  }

  private void read() {
    if (closed) {
      return;
    }
    if (told != null) {
      again = true;
      return;
    }
    told = new ArrayList<>();
    toldMoves = 0;
    var ignored =
        presence
            .members(name)
            .whenComplete((found, failure) -> strand.run(() -> answered(found, failure)));
  }

  private void answered(@Nullable Members found, @Nullable Throwable failure) {
    List<Moves> since = told == null ? List.of() : told;
    boolean once = !again;
    told = null;
    again = false;
    if (closed) {
      return;
    }
    if (found == null) {
      fail(failure == null ? new PresenceException("no members were answered", null) : failure);
      return;
    }
    take(found);
    if (!once) {
      read();
      return;
    }
    for (Moves moves : since) {
      if (told != null) {
        told.add(moves);
      } else if (moves.before().life().equals(found.version().life())) {
        apply(moves);
      } else {
        // Which of the two lives is the later one is not known.
        read();
      }
    }
  }

  private void take(Members found) {
    Version before = version;
    Map<String, String> there = new HashMap<>();
    found.members().forEach(member -> there.put(member.user(), member.info()));
    version = found.version();
    if (before == null) {
      members.putAll(there);
      there.keySet().forEach(digest::add);
    } else {
      List<String> missing =
          members.keySet().stream().filter(user -> !there.containsKey(user)).toList();
      if (before.life().equals(found.version().life())
          && before.number() <= found.version().number()) {
        missing.stream().filter(user -> !doubted.contains(user)).forEach(this::leave);
      } else {
        doubt(missing);
      }
      there.forEach(this::join);
    }
    CompletableFuture<Void> first = known;
    if (first != null) {
      known = null;
      first.complete(null);
    }
  }

  private void fail(Throwable failure) {
    failed = true;
    CompletableFuture<Void> first = known;
    if (first != null) {
      known = null;
      first.completeExceptionally(PresenceException.of(failure));
    }
  }

  private void doubt(Iterable<String> users) {
    users.forEach(doubted::add);
    doubtedUntil = nanos.getAsLong() + DOUBT.toNanos();
  }

  private void join(String user, String info) {
    doubted.remove(user);
    if (members.putIfAbsent(user, info) == null) {
      digest.add(user);
      listener.joined(user, info);
    }
  }

  private void leave(String user) {
    doubted.remove(user);
    String info = members.remove(user);
    if (info != null) {
      digest.remove(user);
      listener.left(user, info);
    }
  }
}
