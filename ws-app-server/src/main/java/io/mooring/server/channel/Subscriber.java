package io.mooring.server.channel;

import io.mooring.server.broker.Position;
import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;

/** One who subscribes to channels; called on its own loop. */
public interface Subscriber {
  Loop loop();

  /** The subscription is live: whatever comes after {@code position} will be delivered. */
  void subscribed(Subscription subscription, Position position);

  /** The broker could not subscribe now; the subscription is over. */
  void unavailable(Subscription subscription);

  /**
   * Frames of a channel that it subscribes to.
   *
   * @param frames shared with others: neither changed nor released, retained where kept
   */
  void deliver(ByteBuf frames);

  /** Frames could not be delivered, so that its position no longer holds: it must start anew. */
  void missed();
}
