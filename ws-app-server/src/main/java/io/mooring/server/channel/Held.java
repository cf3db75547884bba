package io.mooring.server.channel;

import io.mooring.server.history.Delivery;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Deliveries that came before others that they follow, in the order of their offsets. So many and
 * no more: what is not held is read from the log when its turn has come. Belongs to the channel's
 * strand.
 */
final class Held {
  private static final int MOST = 1_000;
  private static final int MOST_BYTES = 1 << 20;

  private final TreeMap<Long, Delivery> byOffset = new TreeMap<>();
  private int bytes;

  void add(Delivery delivery) {
    int more = delivery.data().length;
    if (byOffset.size() < MOST
        && bytes + more <= MOST_BYTES
        && byOffset.putIfAbsent(delivery.position().off(), delivery) == null) {
      bytes += more;
    }
  }

  boolean isEmpty() {
    return byOffset.isEmpty();
  }

  /** Whether the first is at {@code off} or before it. */
  boolean reaches(long off) {
    return !byOffset.isEmpty() && byOffset.firstKey() <= off;
  }

  /** The first; there must be one. */
  Delivery first() {
    return Objects.requireNonNull(byOffset.firstEntry()).getValue();
  }

  /** The first, taken out; there must be one. */
  Delivery remove() {
    Delivery first = Objects.requireNonNull(byOffset.pollFirstEntry()).getValue();
    bytes -= first.data().length;
    return first;
  }

  void clear() {
    byOffset.clear();
    bytes = 0;
  }
}
