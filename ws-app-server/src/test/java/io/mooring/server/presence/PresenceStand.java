package io.mooring.server.presence;

import io.mooring.server.loop.Loops;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One strand, a clock that stands still, and a presence in memory behind a {@link Gated} one. */
final class PresenceStand implements AutoCloseable {
  final Loops loops = new Loops(1);

  /** Whom the fleet knows to be dead. */
  final Dead dead = new Dead(() -> this.nanos);

  final Gated gated = new Gated(store());

  /** Belongs to the strand. */
  long nanos = 5;

  /** An empty one. */
  Presence store() {
    return new MemoryPresence(loops, dead::millis, Presence.TTL, () -> nanos);
  }

  /** Does something on the strand, after what was brought to it before. */
  <T> T on(Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    loops
        .strand(0)
        .run(
            () -> {
              try {
                done.complete(task.get());
              } catch (Throwable broken) {
                done.completeExceptionally(broken);
              }
            });
    return done.orTimeout(10, TimeUnit.SECONDS).join();
  }

  void run(Runnable task) {
    on(
        () -> {
          task.run();
          return true;
        });
  }

  /** Who is in a room, whatever the gate does. */
  Set<String> users(Presence store, String room) {
    Set<String> users = new TreeSet<>();
    on(() -> store.members(room))
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join()
        .members()
        .forEach(member -> users.add(member.user()));
    return users;
  }

  @Override
  public void close() {
    loops.close();
  }
}
