package io.mooring.server.broker;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.History;
import java.util.List;

/** Takes what a {@link Broker} brings; called on any thread, in order for each channel. */
public interface Deliveries {
  /**
   * Publications on a subscribed channel; also, for a moment, on one that no longer is.
   *
   * @param deliveries what came together, in order; at least one
   */
  void delivered(String channel, List<Delivery> deliveries);

  /**
   * The subscription of a channel was interrupted and is active again: what was published meanwhile
   * has not been delivered. {@link History#top} tells whether there was anything.
   */
  void renewed(String channel);
}
