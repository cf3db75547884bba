package io.mooring.server.drain;

import io.mooring.server.connection.Connection;
import io.mooring.server.connection.Connections;
import io.mooring.server.frame.CloseCode;
import io.mooring.server.registration.Order;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Queue;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The moves of one drain: tells each client its slot shortly before it, and closes those that have
 * not gone {@value #LAST_SECONDS} s before the deadline. Belongs to the thread of its {@link
 * Drain}; what a connection is told, it is told on its own loop.
 */
final class Moves {
  private static final long LAST_SECONDS = 10;
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(LAST_SECONDS);

  private final Connections connections;
  private final BiConsumer<Moves, Connection> missed;
  private final long since;
  private final int total;

  /** Weak, as a drain that was called off is remembered. */
  private final Set<Connection> seen = Collections.newSetFromMap(new WeakHashMap<>());

  private final Queue<Connection> waiting = new ArrayDeque<>();
  private Order order;
  private @Nullable Limit limit;
  private Pace pace;
  private int told;
  private int stragglers;
  private boolean closing;

  /**
   * What the order may not exceed.
   *
   * @param end when the last socket is closed at the latest
   * @param leastRate at which clients are told to have told all by then, should the order be slower
   */
  private record Limit(long end, int leastRate) {}

  /**
   * @param pace that of the moves before, whose clients may still be on their way
   * @param missed takes a connection whose slot had passed before it could be told; called on the
   *     connection's loop
   */
  Moves(
      Connections connections,
      Order order,
      Pace pace,
      BiConsumer<Moves, Connection> missed,
      long now) {
    this.connections = connections;
    this.order = order;
    this.missed = missed;
    this.since = now;
    this.total = connections.count();
    this.pace = pace.at(rate());
  }

  Order order() {
    return order;
  }

  Pace pace() {
    return pace;
  }

  long since() {
    return since;
  }

  /** Another rate or deadline for those that are still here; the deadline counts as before. */
  void change(Order changed) {
    order = changed;
    pace = pace.at(rate());
  }

  /**
   * Ends the moves in time for a process that must end, whatever the order allows. They go faster
   * where that is needed to tell everybody, but only up to the rate of {@code own}: whoever is left
   * is closed with a slot.
   *
   * @param own its deadline counts from {@code from}
   * @param from when the process was told to end
   */
  void endBy(Order own, long from, long now) {
    long end = from + own.deadline().toNanos();
    long left = TimeUnit.NANOSECONDS.toSeconds(end - LAST_NANOS - Pace.AHEAD_NANOS - now);
    long needed = Math.ceilDiv((long) waiting.size(), Math.max(1, left));
    limit = new Limit(end, (int) Math.min(needed, rate(own)));
    pace = pace.at(rate());
  }

  /** Nobody more is told, until the same drain is ordered again. */
  void callOff() {
    waiting.forEach(seen::remove);
    waiting.clear();
  }

  /** Takes a connection up that is open or has just entered. */
  void include(Connection connection) {
    if (seen.add(connection)) {
      waiting.add(connection);
    }
  }

  /** Its slot had passed: it gets another. */
  void again(Connection connection) {
    told--;
    waiting.add(connection);
  }

  void advance(long now) {
    if (now - closingAt() >= 0) {
      closeRest(now);
      return;
    }
    while (!waiting.isEmpty() && pace.due(now)) {
      Connection next = waiting.remove();
      if (connections.holds(next)) {
        told++;
        tell(next, pace.take(now));
      }
    }
  }

  boolean over(long now) {
    return connections.count() == 0 || now - closingAt() >= LAST_NANOS;
  }

  Progress progress() {
    int gone = Math.max(0, total - connections.count());
    return new Progress(order.drainId(), total, Math.min(told, total), gone, stragglers);
  }

  int rate() {
    return limit == null ? rate(order) : Math.max(limit.leastRate(), rate(order));
  }

  /** From the beginning until the last socket is closed. */
  Duration deadline() {
    Duration ordered = order.deadline();
    if (limit == null) {
      return ordered;
    }
    Duration most = Duration.ofNanos(limit.end() - since);
    return most.compareTo(ordered) < 0 ? most : ordered;
  }

  private int rate(Order of) {
    return of.rate() > 0 ? of.rate() : defaultRate(total);
  }

  /** Clients a second, so that the largest server has moved its clients in two minutes. */
  static int defaultRate(int connections) {
    return Math.max(50, Math.ceilDiv(connections, 120));
  }

  private void tell(Connection connection, long slot) {
    connection
        .loop()
        .run(
            () -> {
              if (!connection.move(slot)) {
                missed.accept(this, connection);
              }
            });
  }

  private long closingAt() {
    return since + Math.max(0, deadline().toNanos() - LAST_NANOS);
  }

  private void closeRest(long now) {
    if (!closing) {
      closing = true;
      waiting.clear();
      waiting.addAll(connections.all());
    }
    for (Connection rest = waiting.poll(); rest != null; rest = waiting.poll()) {
      if (connections.holds(rest)) {
        stragglers++;
        rest.close(CloseCode.DRAIN, pace.take(now));
      }
    }
  }
}
