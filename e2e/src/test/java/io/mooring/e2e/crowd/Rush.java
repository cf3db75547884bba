package io.mooring.e2e.crowd;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The busiest second of a series of events. Clients that stood still do in one second what was due
 * in that second and while they stood: so much longer is the time that the events are from. They
 * are late twice at most, when they hear of an event and when it is due.
 *
 * @param events in that second
 * @param nanos the second, and the longest standstills before it and in it
 */
public record Rush(int events, long nanos) {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Rush NONE = new Rush(0, SECOND);

  /**
   * Compares all seconds that begin with an event.
   *
   * @param times in monotonic nanoseconds, in any order
   * @param ahead how long before an event its client was told of it: one that heard late acts late
   */
  static Rush of(long[] times, List<Standstill> standstills, long ahead) {
    long[] sorted = times.clone();
    Arrays.sort(sorted);
    Rush busiest = NONE;
    int end = 0;
    for (int first = 0; first < sorted.length; first++) {
      long from = sorted[first];
      while (end < sorted.length && sorted[end] - from < SECOND) {
        end++;
      }
      long stood =
          longest(standstills, from - ahead, from) + longest(standstills, from, from + SECOND);
      Rush rush = new Rush(end - first, SECOND + stood);
      if (rush.perSecond() > busiest.perSecond()) {
        busiest = rush;
      }
    }
    return busiest;
  }

  /** Whatever one of them delays, it delays by its own length at most. */
  private static long longest(List<Standstill> standstills, long begin, long end) {
    return standstills.stream()
        .filter(still -> still.until() > begin && still.from() < end)
        .mapToLong(Standstill::nanos)
        .max()
        .orElse(0);
  }

  public double perSecond() {
    return (double) events * SECOND / nanos;
  }

  @Override
  public String toString() {
    return "%d in %.2f s".formatted(events, (double) nanos / SECOND);
  }
}
