package io.mooring.server.broker;

import io.mooring.server.loop.Loop;
import io.mooring.server.loop.Loops;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a server that stands alone: channels live in its memory and end with it. Each
 * channel belongs to its home loop, on which its publications are ordered and delivered.
 */
public final class MemoryBroker implements Broker {
  /** Per loop; the channel that was idle longest begins a new epoch when it comes back. */
  private static final int MOST_LOGS = 100_000;

  /** What one loop owns. */
  private static final class Shard {
    final Map<String, Position> tops =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
            return size() > MOST_LOGS;
          }
        };
    final Set<String> subscribed = new HashSet<>();

    Position top(String channel) {
      return tops.computeIfAbsent(channel, absent -> new Position(Epochs.random(), 0, 0));
    }
  }

  private final Loops loops;
  private final Shard[] shards;
  private @Nullable Deliveries deliveries;

  public MemoryBroker(Loops loops) {
    this.loops = loops;
    this.shards = new Shard[loops.size()];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = new Shard();
    }
  }

  @Override
  public void start(Deliveries to) {
    deliveries = to;
  }

  @Override
  public Optional<String> unavailableBecause() {
    return Optional.empty();
  }

  @Override
  public CompletionStage<Position> subscribe(String channel) {
    return at(
        channel,
        shard -> {
          shard.subscribed.add(channel);
          return shard.top(channel);
        });
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    return at(channel, shard -> shard.subscribed.remove(channel)).thenAccept(removed -> {});
  }

  @Override
  public CompletionStage<Position> top(String channel) {
    return at(channel, shard -> shard.top(channel));
  }

  @Override
  public CompletionStage<Position> publish(String channel, Publication publication) {
    return at(channel, shard -> append(shard, channel, publication));
  }

  private Position append(Shard shard, String channel, Publication publication) {
    Position before = shard.top(channel);
    if (before.off() > 0 && before.tag() == publication.tag()) {
      return before;
    }
    Position position = new Position(before.epoch(), before.off() + 1, publication.tag());
    shard.tops.put(channel, position);
    if (shard.subscribed.contains(channel)) {
      Objects.requireNonNull(deliveries, "the broker was not started")
          .delivered(
              channel,
              new Delivery(
                  position,
                  before.tag(),
                  publication.key(),
                  publication.from(),
                  publication.data()));
    }
    return position;
  }

  private <T> CompletionStage<T> at(String channel, Function<Shard, T> task) {
    Loop home = loops.home(channel);
    Shard shard = shards[home.index()];
    if (home.inside()) {
      return CompletableFuture.completedFuture(task.apply(shard));
    }

    return CompletableFuture.supplyAsync(() -> task.apply(shard), home.executor());
  }

  @Override
  public void close() {}
}
