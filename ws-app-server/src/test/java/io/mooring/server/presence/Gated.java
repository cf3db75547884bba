package io.mooring.server.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A presence between a server and the one it uses: it notes the calls, and may be away, hold its
 * answers back, or lose what is told. For one thread at a time.
 */
final class Gated implements Presence {
  /** Each call in words. */
  final List<String> calls = new ArrayList<>();

  private final Map<String, Watcher> watchers = new HashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private Presence inner;

  /** Fails every call, and does nothing. */
  boolean away;

  /** Does what is asked for and answers with a failure. */
  boolean mute;

  /** Answers when it is let. */
  boolean holds;

  /** Tells its watchers nothing. */
  boolean deaf;

  Gated(Presence inner) {
    this.inner = inner;
  }

  /** Everything that was said is lost. */
  void replaceBy(Presence other) {
    inner = other;
    watchers.forEach((room, watcher) -> other.watch(room, heard(watcher)));
  }

  void letAnswer() {
    holds = false;
    List<Runnable> now = List.copyOf(held);
    held.clear();
    now.forEach(Runnable::run);
  }

  /** What was called since the last time. */
  List<String> taken() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  void renew(String room) {
    watchers.getOrDefault(room, new Told()).renewed();
  }

  @Override
  public CompletionStage<Void> online(Holder holder, Collection<String> users) {
    return users.isEmpty()
        ? CompletableFuture.completedStage(null)
        : call("online " + holder + " " + sorted(users), () -> inner.online(holder, users));
  }

  @Override
  public CompletionStage<Void> offline(Holder holder, Collection<String> users) {
    return users.isEmpty()
        ? CompletableFuture.completedStage(null)
        : call("offline " + holder + " " + sorted(users), () -> inner.offline(holder, users));
  }

  @Override
  public CompletionStage<Set<String>> servers(String user) {
    return call("servers " + user, () -> inner.servers(user));
  }

  @Override
  public CompletionStage<Boolean> enter(
      Holder holder, String room, Map<String, String> newcomers, Turn turn) {
    return call(
        "enter " + room + " " + sorted(newcomers.keySet()),
        () -> inner.enter(holder, room, newcomers, turn));
  }

  @Override
  public CompletionStage<Boolean> exit(
      Holder holder, String room, Collection<String> users, Turn turn) {
    return call("exit " + room + " " + sorted(users), () -> inner.exit(holder, room, users, turn));
  }

  @Override
  public CompletionStage<Boolean> correct(
      Holder holder, String room, Map<String, String> members, Turn turn) {
    return call(
        "correct " + room + " " + sorted(members.keySet()),
        () -> inner.correct(holder, room, members, turn));
  }

  @Override
  public CompletionStage<Set<String>> refresh(Holder holder, Map<String, Turn> turns) {
    return call("refresh " + sorted(turns.keySet()), () -> inner.refresh(holder, turns));
  }

  @Override
  public CompletionStage<Members> members(String room) {
    return call("members " + room, () -> inner.members(room));
  }

  @Override
  public CompletionStage<Map<String, Version>> versions(Collection<String> rooms) {
    return call("versions " + sorted(rooms), () -> inner.versions(rooms));
  }

  @Override
  public CompletionStage<Void> sweep(Collection<String> rooms) {
    return call("sweep " + sorted(rooms), () -> inner.sweep(rooms));
  }

  @Override
  public CompletionStage<Void> watch(String room, Watcher watcher) {
    return call(
        "watch " + room,
        () -> {
          watchers.put(room, watcher);
          return inner.watch(room, heard(watcher));
        });
  }

  @Override
  public CompletionStage<Void> unwatch(String room) {
    return call(
        "unwatch " + room,
        () -> {
          watchers.remove(room);
          return inner.unwatch(room);
        });
  }

  private <T> CompletionStage<T> call(String words, Supplier<CompletionStage<T>> ask) {
    calls.add(words);
    if (away) {
      return CompletableFuture.failedStage(new PresenceException("away", null));
    }
    CompletionStage<T> asked = ask.get();
    if (mute) {
      return asked.thenCompose(
          done -> CompletableFuture.failedStage(new PresenceException("mute", null)));
    }
    if (!holds) {
      return asked;
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    held.add(
        () ->
            asked.whenComplete(
                (result, failure) -> {
                  if (failure == null) {
                    answer.complete(result);
                  } else {
                    answer.completeExceptionally(failure);
                  }
                }));
    return answer;
  }

  private Watcher heard(Watcher watcher) {
    return new Watcher() {
      @Override
      public void moved(Moves moves) {
        if (!deaf) {
          watcher.moved(moves);
        }
      }

      @Override
      public void renewed() {
        watcher.renewed();
      }
    };
  }

  private static String sorted(Collection<String> names) {
    return String.join(" ", new TreeSet<>(names));
  }
}
