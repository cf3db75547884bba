package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import java.util.ArrayList;
import java.util.List;

/**
 * Deliveries that wait, in the order in which they came, until it is known what they follow. So
 * many and no more: what is not kept is read from the log. Belongs to the channel's strand.
 */
final class Pending {
  private static final int MOST = 1_000;
  private static final int MOST_BYTES = 1 << 20;

  private List<Delivery> deliveries = new ArrayList<>();
  private int bytes;

  void add(Delivery delivery) {
    int more = delivery.data().length;
    if (deliveries.size() < MOST && bytes + more <= MOST_BYTES) {
      deliveries.add(delivery);
      bytes += more;
    }
  }

  /** All of them, taken out. */
  List<Delivery> take() {
    List<Delivery> all = deliveries;
    clear();
    return all;
  }

  void clear() {
    deliveries = new ArrayList<>();
    bytes = 0;
  }
}
