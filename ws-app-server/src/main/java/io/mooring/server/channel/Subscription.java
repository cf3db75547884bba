package io.mooring.server.channel;

import org.jspecify.annotations.Nullable;

/** One subscriber's place in one channel. Belongs to the subscriber's loop. */
public final class Subscription {
  /** What stands in {@link #index} while the subscription is in no array. */
  static final int NOWHERE = -1;

  private final Subscriber subscriber;
  private final long request;
  private final boolean resume;
  private String channel;
  private boolean left;
  @Nullable Subscribers among;
  int index = NOWHERE;

  /**
   * @param request the id by which the client asked
   * @param resume whether the client named a position
   */
  public Subscription(Subscriber subscriber, String channel, long request, boolean resume) {
    this.subscriber = subscriber;
    this.channel = channel;
    this.request = request;
    this.resume = resume;
  }

  public Subscriber subscriber() {
    return subscriber;
  }

  public String channel() {
    return channel;
  }

  public long request() {
    return request;
  }

  public boolean resume() {
    return resume;
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
