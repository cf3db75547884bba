package io.mooring.e2e.crowd;

import io.mooring.e2e.crowd.Tally.Arrival;
import io.mooring.e2e.crowd.Tally.Knock;
import io.mooring.e2e.crowd.Tally.Why;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * What happened to the sockets of a crowd since its counts began.
 *
 * @param closed live sockets that ended without their client's will, by close code
 * @param failed attempts without a hello, by cause
 * @param subscriptionsFailed by reason
 * @param toldToReconnect by reason
 * @param forced live sockets that their client ended or got ended, on purpose
 * @param back milliseconds from a socket's end to the hello of the next, sorted
 * @param arrivals every hello
 * @param knocks every attempt
 * @param slots at which clients were told to come, in monotonic nanoseconds
 * @param standstills of the clients themselves
 */
public record Report(
    Map<String, Integer> closed,
    Map<String, Integer> failed,
    Map<String, Integer> subscriptionsFailed,
    Map<String, Integer> toldToReconnect,
    Map<Cut, Integer> forced,
    List<Long> back,
    List<Arrival> arrivals,
    List<Knock> knocks,
    List<Long> slots,
    List<Standstill> standstills) {
  /** How long before its slot a client is told of it at most. */
  private static final long AHEAD = TimeUnit.SECONDS.toNanos(1);

  public int socketsClosed() {
    return closed.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many sockets were ended on purpose. */
  public int cuts() {
    return forced.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many were greeted by {@code server}. */
  public long arrivalsAt(String server) {
    return arrivals.stream().filter(arrival -> arrival.server().equals(server)).count();
  }

  public long moves() {
    return arrivals.stream().filter(arrival -> arrival.why() == Why.MOVE).count();
  }

  /** The busiest second of those that were told to move, as they were told to. */
  public Rush rushOfSlots() {
    return Rush.of(slots.stream().mapToLong(Long::longValue).toArray(), standstills, AHEAD);
  }

  /** The busiest second of those that were told to move, as they did; failed attempts as well. */
  public Rush rushOfKnocks() {
    return Rush.of(knocksOfMoves().toArray(), standstills, AHEAD);
  }

  /**
   * The busiest second of what the same clients were seen to do elsewhere.
   *
   * @param times in this machine's monotonic nanoseconds
   */
  public Rush rushOf(long[] times) {
    return Rush.of(times, standstills, AHEAD);
  }

  /** The most that knocked within any second, for whatever reason. */
  public int mostKnocksInASecond() {
    return Rush.of(knocksOfMoves().toArray(), List.of(), AHEAD).events();
  }

  /** How many were told to move and came before their slot. */
  public long tooEarly() {
    return knocks.stream()
        .filter(knock -> knock.why() == Why.MOVE && knock.openedAt() < knock.slot())
        .count();
  }

  /** Milliseconds that the clients themselves stood still at most. */
  public long longestStandstill() {
    return TimeUnit.NANOSECONDS.toMillis(
        standstills.stream().mapToLong(Standstill::nanos).max().orElse(0));
  }

  private LongStream knocksOfMoves() {
    return knocks.stream().filter(knock -> knock.why() == Why.MOVE).mapToLong(Knock::openedAt);
  }

  /** Milliseconds that a share of those who came back took at most; 0 when nobody had to. */
  public long backWithin(double share) {
    return back.isEmpty() ? 0 : back.get((int) Math.min(back.size() - 1, back.size() * share));
  }

  /** One line of figures. */
  public String figures() {
    return "sockets: closed %s, failed attempts %s, failed subs %s, told to reconnect %s, moved %d, forced %s; %d back, p50 %d ms, p99 %d ms"
        .formatted(
            closed,
            failed,
            subscriptionsFailed,
            toldToReconnect,
            moves(),
            forced,
            back.size(),
            backWithin(0.5),
            backWithin(0.99));
  }
}
