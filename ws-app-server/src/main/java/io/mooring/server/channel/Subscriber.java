package io.mooring.server.channel;

import io.mooring.server.loop.Loop;
import io.netty.buffer.ByteBuf;

/** One who subscribes to channels; called on its own loop. */
public interface Subscriber {
  Loop loop();

  /** Whether compressed frames may be delivered to it; the same for as long as it lives. */
  default boolean takesDeflated() {
    return false;
  }

  /**
   * The subscription is live: whatever comes after the admission's position will be delivered, and
   * nothing else is before this returns.
   */
  void subscribed(Joining joining, Admission admission);

  /** The channel cannot be subscribed to now; the subscription is over. */
  void unavailable(Joining joining);

  /**
   * Whether more waits for it than it takes in now, so that it wants what comes from a channel that
   * conflates update by update.
   */
  default boolean congested() {
    return false;
  }

  /**
   * One update of a channel that conflates and that it subscribes to, while it is {@link
   * #congested}: a later one with the same key may be delivered in its stead.
   */
  default void deliver(String channel, Update update) {
    throw new UnsupportedOperationException("never congested, so never an update alone");
  }

  /**
   * Whether nothing waits for it, so that a frame is gone as soon as it is delivered. To others it
   * goes in a buffer: when nobody reads, all must share what waits.
   */
  default boolean isIdle() {
    return true;
  }

  /**
   * A frame of a channel that it subscribes to, while it {@link #isIdle}.
   *
   * @param frame shared with others: not changed
   */
  void deliver(byte[] frame);

  /**
   * Frames of a channel that it subscribes to.
   *
   * @param frames shared with others: neither changed nor released, retained where kept
   */
  void deliver(ByteBuf frames);

  /** Frames could not be delivered, so that its position no longer holds: it must start anew. */
  void missed();
}
