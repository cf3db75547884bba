package io.mooring.server.broker;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.MemoryHistory;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import io.mooring.server.loop.Loops;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Delivers on the channel's strand, on which the log in memory orders its publications. */
final class MemoryBroker implements Broker {
  private final Loops loops;
  private final MemoryHistory history;
  private final List<Set<String>> subscribed = new ArrayList<>();
  private @Nullable Deliveries deliveries;

  MemoryBroker(Loops loops, MemoryHistory history) {
    this.loops = loops;
    this.history = history;
    for (int i = 0; i < loops.strands(); i++) {
      subscribed.add(new HashSet<>());
    }
  }

  void start(Deliveries to) {
    deliveries = to;
  }

  @Override
  public CompletionStage<Void> subscribe(String channel) {
    return history.inOrder(channel, () -> here(channel).add(channel)).thenAccept(added -> {});
  }

  @Override
  public CompletionStage<Void> resubscribe(String channel) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    return history
        .inOrder(channel, () -> here(channel).remove(channel))
        // With the loops, whatever was subscribed has ended.
        .handle((removed, stopped) -> null);
  }

  @Override
  public CompletionStage<Position> publish(
      String channel, Publication publication, Retention retention) {
    return history.inOrder(
        channel,
        () -> {
          MemoryHistory.Appended appended = history.append(channel, publication, retention);
          Optional<Delivery> delivery = appended.delivery();
          if (delivery.isPresent() && here(channel).contains(channel)) {
            Objects.requireNonNull(deliveries, "the backbone was not started")
                .delivered(channel, List.of(delivery.get()));
          }
          return appended.position();
        });
  }

  /** Belongs to the channel's strand. */
  private Set<String> here(String channel) {
    return subscribed.get(loops.strand(channel).index());
  }
}
