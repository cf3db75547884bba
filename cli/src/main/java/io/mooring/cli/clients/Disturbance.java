package io.mooring.cli.clients;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What happened from the first client that had to leave its server until all had one again.
 *
 * @param beganNanos in monotonic nanoseconds, as all times here
 * @param lost sockets that were gone, by server
 * @param left clients that went to another socket without a break, by the server that they left
 * @param arrivals every socket that followed, in the order of time
 * @param counts what was counted meanwhile
 */
record Disturbance(
    long beganNanos,
    SortedMap<String, Integer> lost,
    SortedMap<String, Integer> left,
    List<Arrival> arrivals,
    Counts counts) {

  /**
   * A greeting.
   *
   * @param tookNanos since the socket before it was gone; 0 for a move
   */
  record Arrival(String server, long atNanos, long tookNanos) {}

  /** Messages. */
  record Counts(long replayed, long lost, long doubled) {
    static Counts of(Tally tally) {
      return new Counts(tally.replayed.sum(), tally.lost.sum(), tally.doubled.sum());
    }

    Counts since(Counts before) {
      return new Counts(replayed - before.replayed, lost - before.lost, doubled - before.doubled);
    }
  }

  /** How many arrived where. */
  SortedMap<String, Long> byServer() {
    return arrivals.stream()
        .collect(Collectors.groupingBy(Arrival::server, TreeMap::new, Collectors.counting()));
  }

  int lostSockets() {
    return lost.values().stream().mapToInt(Integer::intValue).sum();
  }

  /**
   * Milliseconds without a socket that a share of those who lost theirs had at most; 0 when nobody
   * did.
   *
   * @param share 0.0 to 1.0
   */
  long backWithin(double share) {
    List<Long> sorted =
        arrivals.stream().map(Arrival::tookNanos).filter(took -> took > 0).sorted().toList();
    if (sorted.isEmpty()) {
      return 0;
    }
    int rank = (int) Math.ceil(share * sorted.size());
    return TimeUnit.NANOSECONDS.toMillis(sorted.get(Math.max(0, rank - 1)));
  }

  /** When each arrived, in nanoseconds since it began. */
  long[] arrivalTimes() {
    return arrivals.stream()
        .mapToLong(arrival -> Math.max(0, arrival.atNanos() - beganNanos))
        .toArray();
  }
}
