package io.mooring.server.broker;

/** Takes what a {@link Broker} brings; called on any thread, in order for each channel. */
public interface Deliveries {
  /** A publication on a subscribed channel; also, for a moment, on one that no longer is. */
  void delivered(String channel, Delivery delivery);

  /**
   * The subscription of a channel was interrupted and is active again: what was published meanwhile
   * has not been delivered. {@link Broker#top} tells whether there was anything.
   */
  void renewed(String channel);
}
