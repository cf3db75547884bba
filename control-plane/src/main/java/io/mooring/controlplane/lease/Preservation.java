package io.mooring.controlplane.lease;

import io.mooring.controlplane.lease.Leases.Lapse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Stops removals when so many leases end at once that the reason is more likely a network than the
 * servers. Belongs to the reaper's thread.
 */
final class Preservation {
  private static final double SHARE = 0.15;
  private static final int AT_LEAST = 2;

  private final long window;
  private final Map<String, Long> lapsedAt = new HashMap<>();

  /**
   * @param window leases that end within such a span count together; the TTL
   */
  Preservation(Duration window) {
    this.window = window.toNanos();
  }

  /** Begins to count anew: an operator has decided that those that lapsed are dead. */
  void lift() {
    lapsedAt.clear();
  }

  /**
   * Whether nothing may be removed now.
   *
   * @param now monotonic nanoseconds
   * @param lapses the leases that have ended and whose servers are still there
   * @param leases the number of all leases, ended or not
   */
  boolean frozen(long now, Collection<Lapse> lapses, int leases) {
    Set<String> present = lapses.stream().map(Lapse::life).collect(Collectors.toSet());
    present.forEach(life -> lapsedAt.putIfAbsent(life, now));
    lapsedAt
        .entrySet()
        .removeIf(lapse -> now - lapse.getValue() > window && !present.contains(lapse.getKey()));
    int lapsed = lapsedAt.size();
    int removed = lapsed - present.size();
    return lapsed >= AT_LEAST && lapsed > SHARE * (leases + removed);
  }
}
