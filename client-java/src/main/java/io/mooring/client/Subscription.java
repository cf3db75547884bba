package io.mooring.client;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked to hear of a channel. It outlives sockets, and {@link MooringClient#close} as
 * well: a client that connects again goes on with it. Safe for use by many threads.
 */
public final class Subscription {
  private final String channel;
  private final Consumer<Subscription> over;
  private final Consumer<Subscription> unsubscribed;
  private final AtomicReference<SubscriptionState> state =
      new AtomicReference<>(SubscriptionState.PENDING);
  private volatile @Nullable Position position;

  /**
   * @param over is told, on any thread, that the channel is free for another subscription
   * @param unsubscribed is told that the application has ended it
   */
  Subscription(String channel, Consumer<Subscription> over, Consumer<Subscription> unsubscribed) {
    this.channel = channel;
    this.over = over;
    this.unsubscribed = unsubscribed;
  }

  /** The channel's name. */
  public String channel() {
    return channel;
  }

  /** What it is now. */
  public SubscriptionState state() {
    return state.get();
  }

  /**
   * How far the channel has come here; empty before it was live for the first time. While a
   * snapshot is being read, messages up to here may still wait for their callback.
   */
  public Optional<Position> position() {
    return Optional.ofNullable(position);
  }

  /**
   * Ends it. No callback of it begins any more; one that is running on another thread may still
   * run. The channel can be subscribed to again at once. Does nothing if it is over.
   */
  public void unsubscribe() {
    if (end(SubscriptionState.ENDED)) {
      unsubscribed.accept(this);
    }
  }

  boolean isOver() {
    return isOver(state.get());
  }

  /** Whether this has ended it: only the first who does is heard. */
  boolean end(SubscriptionState how) {
    boolean first = !isOver(state.getAndUpdate(now -> isOver(now) ? now : how));
    if (first) {
      over.accept(this);
    }
    return first;
  }

  /** It is live, or waits again; unless it is over. */
  void become(SubscriptionState next) {
    state.updateAndGet(now -> isOver(now) ? now : next);
  }

  void reach(Position next) {
    position = next;
  }

  private static boolean isOver(SubscriptionState state) {
    return switch (state) {
      case PENDING, LIVE -> false;
      case FAILED, ENDED -> true;
    };
  }
}
