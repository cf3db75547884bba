package io.mooring.server.presence;

import io.mooring.server.loop.Loops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Presence of a server that stands alone; it ends with it. Each user and each room belongs to the
 * strand of its name.
 */
public final class MemoryPresence implements Presence {
  /** What one strand owns. */
  private static final class Shard {
    final Map<String, Map<Holder, Long>> users = new HashMap<>();
    final Map<String, MemoryRoom> rooms = new HashMap<>();
    final Map<String, Watcher> watchers = new HashMap<>();
  }

  private final Loops loops;
  private final Deaths deaths;
  private final long ttlNanos;
  private final LongSupplier nanos;
  private final List<Shard> shards = new ArrayList<>();

  /**
   * @param dead for how long, in milliseconds, the fleet has known that a holder is dead; empty if
   *     it does not. Called on any thread
   */
  public MemoryPresence(Loops loops, Function<Holder, OptionalLong> dead) {
    this(loops, dead, TTL, System::nanoTime);
  }

  /**
   * @param nanos the clock
   */
  MemoryPresence(
      Loops loops, Function<Holder, OptionalLong> dead, Duration ttl, LongSupplier nanos) {
    this.nanos = nanos;
    this.loops = loops;
    this.deaths = new Deaths(dead);
    this.ttlNanos = ttl.toNanos();
    for (int i = 0; i < loops.strands(); i++) {
      shards.add(new Shard());
    }
  }

  @Override
  public CompletionStage<Void> online(Holder holder, Collection<String> users) {
    return each(
        users,
        user ->
            shard(user)
                .users
                .computeIfAbsent(user, key -> new LinkedHashMap<>())
                .put(holder, deadline()));
  }

  @Override
  public CompletionStage<Void> offline(Holder holder, Collection<String> users) {
    return each(
        users,
        user -> {
          Map<Holder, Long> holders = live(user);
          holders.remove(holder);
          if (holders.isEmpty()) {
            shard(user).users.remove(user);
          }
        });
  }

  @Override
  public CompletionStage<Set<String>> servers(String user) {
    return inOrder(
        user,
        () -> {
          Set<String> names = new TreeSet<>();
          live(user).keySet().forEach(holder -> names.add(holder.server()));
          return names;
        });
  }

  private Map<Holder, Long> live(String user) {
    Map<Holder, Long> holders = shard(user).users.get(user);
    if (holders == null) {
      return new HashMap<>();
    }
    holders.values().removeIf(deadline -> deadline - nanos.getAsLong() <= 0);
    Map<Holder, Long> silent = new LinkedHashMap<>();
    holders.forEach((holder, deadline) -> silent.put(holder, silentMillis(deadline)));
    holders.keySet().removeAll(deaths.among(silent).keySet());
    return holders;
  }

  @Override
  public CompletionStage<Boolean> enter(
      Holder holder, String room, Map<String, String> newcomers, Turn turn) {
    return inRoom(room, there -> there.enter(holder, newcomers, turn, deadline()));
  }

  @Override
  public CompletionStage<Boolean> exit(
      Holder holder, String room, Collection<String> users, Turn turn) {
    return inRoom(room, there -> there.exit(holder, users, turn));
  }

  @Override
  public CompletionStage<Boolean> correct(
      Holder holder, String room, Map<String, String> members, Turn turn) {
    return inRoom(
        room,
        there -> {
          there.correct(holder, members, turn, deadline());
          return true;
        });
  }

  @Override
  public CompletionStage<Set<String>> refresh(Holder holder, Map<String, Turn> turns) {
    Set<String> lost = ConcurrentHashMap.newKeySet();
    return each(
            turns.keySet(),
            room -> {
              MemoryRoom there = shard(room).rooms.get(room);
              if (there == null
                  || !there.refresh(holder, turns.getOrDefault(room, Turn.NONE), deadline())) {
                lost.add(room);
              }
            })
        .thenApply(done -> lost);
  }

  @Override
  public CompletionStage<Members> members(String room) {
    return inOrder(
        room,
        () -> {
          MemoryRoom there = shard(room).rooms.get(room);
          if (there == null) {
            return Members.NONE;
          }
          there.drop(deaths, nanos.getAsLong(), this::silentMillis);
          tell(room, there);
          return new Members(there.version(), there.members());
        });
  }

  @Override
  public CompletionStage<Map<String, Version>> versions(Collection<String> rooms) {
    Map<String, Version> versions = new ConcurrentHashMap<>();
    return each(
            rooms,
            room -> {
              MemoryRoom there = shard(room).rooms.get(room);
              versions.put(room, there == null ? Version.NONE : there.version());
            })
        .thenApply(done -> versions);
  }

  @Override
  public CompletionStage<Void> sweep(Collection<String> rooms) {
    return each(
        rooms,
        room -> {
          MemoryRoom there = shard(room).rooms.get(room);
          if (there != null) {
            there.drop(deaths, nanos.getAsLong(), this::silentMillis);
            tell(room, there);
          }
        });
  }

  @Override
  public CompletionStage<Void> watch(String room, Watcher watcher) {
    return each(List.of(room), name -> shard(name).watchers.put(name, watcher));
  }

  @Override
  public CompletionStage<Void> unwatch(String room) {
    return each(List.of(room), name -> shard(name).watchers.remove(name))
        // With the loops, whatever was watched has ended.
        .exceptionally(stopped -> null);
  }

  private void tell(String room, MemoryRoom there) {
    if (there.isEmpty()) {
      shard(room).rooms.remove(room);
    }
    Watcher watcher = shard(room).watchers.get(room);
    there
        .moved()
        .ifPresent(
            moves -> {
              if (watcher != null) {
                watcher.moved(moves);
              }
            });
  }

  private interface Change<T extends @Nullable Object> {
    T to(MemoryRoom room);
  }

  private <T extends @Nullable Object> CompletionStage<T> inRoom(String room, Change<T> change) {
    return inOrder(
        room,
        () -> {
          MemoryRoom there = shard(room).rooms.computeIfAbsent(room, key -> new MemoryRoom());
          T result = change.to(there);
          tell(room, there);
          return result;
        });
  }

  private CompletionStage<Void> each(Collection<String> names, Consumer<String> task) {
    return CompletableFuture.allOf(
        names.stream()
            .map(
                name ->
                    inOrder(
                            name,
                            () -> {
                              task.accept(name);
                              return null;
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  private <T extends @Nullable Object> CompletionStage<T> inOrder(String name, Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      loops
          .strand(name)
          .run(
              () -> {
                try {
                  done.complete(task.get());
                } catch (Throwable broken) {
                  done.completeExceptionally(broken);
                }
              });
    } catch (RejectedExecutionException stopped) {
      done.completeExceptionally(new PresenceException("the server stops", stopped));
    }
    return done;
  }

  private Shard shard(String name) {
    return shards.get(loops.strand(name).index());
  }

  private long silentMillis(long deadline) {
    return Math.floorDiv(nanos.getAsLong() + ttlNanos - deadline, 1_000_000L);
  }

  private long deadline() {
    return nanos.getAsLong() + ttlNanos;
  }
}
