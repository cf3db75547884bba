package io.mooring.controlplane.lease;

import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the reaper knows of each lease, from one poll of the renewal counters to the next. Times are
 * monotonic nanoseconds of this process: no wall clock, here or at Redis, ends or prolongs a lease.
 * Belongs to the reaper's thread.
 */
final class Leases {
  /** A lease that ended, and the renewal counter that was seen last; "" for none. */
  record Lapse(Server server, String counter) {
    /** Names this life of the server. */
    String life() {
      return server.id() + "@" + server.generation();
    }
  }

  private static final class Lease {
    final String instanceUid;
    final long generation;
    String counter;
    long renewed;
    long deadline;

    Lease(Server server, String counter) {
      this.instanceUid = server.instanceUid();
      this.generation = server.generation();
      this.counter = counter;
    }

    boolean isOf(Server server) {
      return generation == server.generation() && instanceUid.equals(server.instanceUid());
    }
  }

  private final long ttl;
  private final Map<String, Lease> byServer = new HashMap<>();
  private boolean interrupted = true;

  Leases(Duration ttl) {
    this.ttl = ttl.toNanos();
  }

  /**
   * Something other than the servers may be why nothing was renewed: every lease gets one full TTL
   * from the next successful poll.
   */
  void interrupt() {
    interrupted = true;
  }

  /**
   * Takes a successful poll.
   *
   * @param asked when the poll was begun: a lease has ended only if its deadline was over by then
   * @param answered when it was answered: a new counter counts from here
   * @return the leases that have ended and were not renewed
   */
  List<Lapse> polled(long asked, long answered, RegistryView view, Map<String, String> counters) {
    List<Lapse> lapses = new ArrayList<>();
    byServer.keySet().retainAll(view.byId().keySet());
    for (Server server : view.servers()) {
      String counter = counters.getOrDefault(server.id(), "");
      Lease lease = byServer.get(server.id());
      if (lease == null || !lease.isOf(server) || !lease.counter.equals(counter)) {
        lease = lease == null || !lease.isOf(server) ? new Lease(server, counter) : lease;
        byServer.put(server.id(), lease);
        lease.counter = counter;
        lease.renewed = answered;
        lease.deadline = answered + ttl;
      } else if (interrupted) {
        lease.deadline = answered + ttl;
      } else if (asked - lease.deadline > 0) {
        lapses.add(new Lapse(server, counter));
      }
    }
    interrupted = false;
    return lapses;
  }

  /** How long until the first lease ends that has not ended yet; empty if there is none. */
  OptionalLong untilNextDeadline(long now) {
    return byServer.values().stream()
        .mapToLong(lease -> lease.deadline - now)
        .filter(left -> left >= 0)
        .min();
  }

  int size() {
    return byServer.size();
  }

  /** When the last renewal of each lease was seen. */
  Map<String, Long> renewed() {
    Map<String, Long> renewed = new HashMap<>();
    byServer.forEach((id, lease) -> renewed.put(id, lease.renewed));
    return renewed;
  }
}
