package io.mooring.e2e.crowd;

import io.mooring.e2e.crowd.Tally.Arrival;
import io.mooring.e2e.crowd.Tally.Why;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * What happened to the sockets of a crowd since its counts began.
 *
 * @param closed live sockets that ended without their client's will, by close code
 * @param failed attempts without a hello, by cause
 * @param subscriptionsFailed by reason
 * @param toldToReconnect by reason
 * @param back milliseconds from a socket's end to the hello of the next, sorted
 * @param arrivals every hello
 */
public record Report(
    Map<String, Integer> closed,
    Map<String, Integer> failed,
    Map<String, Integer> subscriptionsFailed,
    Map<String, Integer> toldToReconnect,
    List<Long> back,
    List<Arrival> arrivals) {
  public int socketsClosed() {
    return closed.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many were greeted by {@code server}. */
  public long arrivalsAt(String server) {
    return arrivals.stream().filter(arrival -> arrival.server().equals(server)).count();
  }

  public long moves() {
    return arrivals.stream().filter(arrival -> arrival.why() == Why.MOVE).count();
  }

  /** The most that knocked within any second, of those that were told to move. */
  public int mostKnocksInASecond() {
    return mostInASecond(Arrival::openedAt);
  }

  /** The most that were greeted within any second, of those that were told to move. */
  public int mostHellosInASecond() {
    return mostInASecond(Arrival::greetedAt);
  }

  private int mostInASecond(ToLongFunction<Arrival> time) {
    long[] times =
        arrivals.stream()
            .filter(arrival -> arrival.why() == Why.MOVE)
            .mapToLong(time)
            .sorted()
            .toArray();
    int most = 0;
    int first = 0;
    for (int last = 0; last < times.length; last++) {
      while (times[last] - times[first] >= TimeUnit.SECONDS.toNanos(1)) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** Milliseconds that a share of those who came back took at most; 0 when nobody had to. */
  public long backWithin(double share) {
    return back.isEmpty() ? 0 : back.get((int) Math.min(back.size() - 1, back.size() * share));
  }

  /** One line of figures. */
  public String figures() {
    return "sockets: closed %s, failed attempts %s, failed subs %s, told to reconnect %s, moved %d; %d back, p50 %d ms, p99 %d ms"
        .formatted(
            closed,
            failed,
            subscriptionsFailed,
            toldToReconnect,
            moves(),
            back.size(),
            backWithin(0.5),
            backWithin(0.99));
  }
}
