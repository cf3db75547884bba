package io.mooring.server.channel;

import org.jspecify.annotations.Nullable;

/** One subscriber's place in one channel. Belongs to the subscriber's loop. */
public final class Subscription {
  /** What stands in {@link #index} while the subscription is in no array. */
  static final int NOWHERE = -1;

  private final Subscriber subscriber;
  private String channel;
  private boolean left;
  @Nullable Subscribers among;
  int index = NOWHERE;

  /** The number of the update that it gets next, of its {@link Outgoing}. */
  int next;

  public Subscription(Subscriber subscriber, String channel) {
    this.subscriber = subscriber;
    this.channel = channel;
  }

  public Subscriber subscriber() {
    return subscriber;
  }

  public String channel() {
    return channel;
  }

  /** Whether the subscriber was told that it is live, and has not left. */
  public boolean isLive() {
    return among != null && !left;
  }

  boolean left() {
    return left;
  }

  void leave() {
    left = true;
  }

  /** All subscriptions of a channel share one name. */
  void enter(Subscribers subscribers, int at) {
    among = subscribers;
    index = at;
    channel = subscribers.channel();
  }
}
