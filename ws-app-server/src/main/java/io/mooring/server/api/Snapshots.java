package io.mooring.server.api;

import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads snapshots, one read at a time for all who ask for the same at the same position of the log:
 * a herd that comes back asks at once. The position is asked for first, as a read that began before
 * something was published must not answer who has seen that. Safe for use by many threads.
 */
final class Snapshots {
  private record Key(String channel, @Nullable Position since, Position top) {}

  /** What is read, and twice the page that is made of it. */
  private static final long COPIES = 3;

  private final History history;
  private final Room room;
  private final Function<Snapshot, Page> writer;
  private final ConcurrentMap<Key, CompletableFuture<Page>> flights = new ConcurrentHashMap<>();

  /**
   * A snapshot as it is sent.
   *
   * @param tag its entity tag
   */
  record Page(String tag, byte[] body) {}

  Snapshots(History history, Room room, Function<Snapshot, Page> writer) {
    this.history = history;
    this.room = room;
    this.writer = writer;
  }

  /**
   * @throws RefusedException if the log could not be asked, or there is no room
   */
  Page read(String channel, @Nullable Position since, Retention retention)
      throws InterruptedException {
    Key key = new Key(channel, since, Stages.await(history.top(channel, retention)));
    CompletableFuture<Page> mine = new CompletableFuture<>();
    CompletableFuture<Page> first = flights.putIfAbsent(key, mine);
    if (first != null) {
      return Stages.await(first);
    }
    try (Room.Place held = room.take(COPIES * retention.keyBytes().bytes())) {
      Page page = writer.apply(Stages.await(history.snapshot(channel, since, retention)));
      mine.complete(page);
      return page;
    } catch (Throwable failed) {
      mine.completeExceptionally(failed);
      throw failed;
    } finally {
      flights.remove(key, mine);
    }
  }
}
