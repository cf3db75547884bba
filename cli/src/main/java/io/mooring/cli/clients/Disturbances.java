package io.mooring.cli.clients;

import io.mooring.cli.clients.Disturbance.Arrival;
import io.mooring.cli.clients.Disturbance.Counts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Cuts what happens to the sockets into disturbances: one goes on until all clients have a socket
 * that they may keep, and nothing has happened for two seconds. Any thread.
 */
final class Disturbances {
  /** A server that is drained tells its clients a second ahead at most. */
  static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Tally tally;
  private final SortedMap<String, Integer> lost = new TreeMap<>();
  private final SortedMap<String, Integer> left = new TreeMap<>();
  private final List<Arrival> arrivals = new ArrayList<>();
  private boolean underWay;
  private long began;
  private long last;
  private Counts before = new Counts(0, 0, 0);

  Disturbances(Tally tally) {
    this.tally = tally;
  }

  /** A client was asked to go to another server. */
  synchronized void asked(long now) {
    happened(now);
  }

  /** A client has no socket any more. */
  synchronized void lost(String server, long now) {
    happened(now);
    lost.merge(server, 1, Integer::sum);
  }

  /** A client has a socket again. */
  synchronized void returned(String server, long now, long tookNanos) {
    happened(now);
    arrivals.add(new Arrival(server, now, Math.max(1, tookNanos)));
  }

  /** A client has another socket. */
  synchronized void moved(String from, String to, long now) {
    happened(now);
    left.merge(from, 1, Integer::sum);
    arrivals.add(new Arrival(to, now, 0));
  }

  /**
   * The disturbance that is over now, once.
   *
   * @param settled whether every client has a socket that it may keep
   */
  synchronized Optional<Disturbance> over(boolean settled, long now) {
    if (!underWay || !settled || now - last < QUIET_NANOS) {
      return Optional.empty();
    }
    Disturbance whole =
        new Disturbance(
            began,
            Collections.unmodifiableSortedMap(new TreeMap<>(lost)),
            Collections.unmodifiableSortedMap(new TreeMap<>(left)),
            List.copyOf(arrivals),
            Counts.of(tally).since(before));
    underWay = false;
    lost.clear();
    left.clear();
    arrivals.clear();
    return Optional.of(whole);
  }

  private void happened(long now) {
    if (!underWay) {
      underWay = true;
      began = now;
      before = Counts.of(tally);
    }
    last = now;
  }
}
