package io.mooring.cli.clients;

import io.mooring.cli.terminal.Bar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How many events fell into each stretch of time, from 0 on.
 *
 * @param stretchMillis the length of each
 * @param counts of each, up to the last one that has any
 */
record Histogram(long stretchMillis, List<Integer> counts) {
  /** Round lengths, of which the shortest is taken that needs few enough rows. */
  private static final long[] STRETCHES = {100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000};

  private static final int WIDTH = 30;

  /**
   * @param nanos from the beginning to each event
   * @param mostRows how many stretches there may be
   */
  static Histogram of(long[] nanos, int mostRows) {
    long end = Arrays.stream(nanos).max().orElse(0);
    long millis = TimeUnit.NANOSECONDS.toMillis(end);
    long stretch =
        Arrays.stream(STRETCHES)
            .filter(length -> millis / length < mostRows)
            .findFirst()
            .orElse(Math.ceilDiv(millis + 1, mostRows));
    int[] counts = new int[(int) (millis / stretch) + 1];
    for (long nano : nanos) {
      counts[(int) (TimeUnit.NANOSECONDS.toMillis(nano) / stretch)]++;
    }
    return new Histogram(stretch, Arrays.stream(counts).boxed().toList());
  }

  /** A line for each stretch: when it begins, a bar, the count. */
  List<String> lines() {
    int most = counts.stream().mapToInt(Integer::intValue).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      int count = counts.get(i);
      lines.add(
          "  %6.1f s  %s %d"
              .formatted(
                  i * stretchMillis / 1000.0,
                  Bar.of(most == 0 ? 0 : (double) count / most, WIDTH),
                  count));
    }
    return lines;
  }

  /** The most events within any second. */
  static int mostInASecond(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    int most = 0;
    int first = 0;
    for (int last = 0; last < sorted.length; last++) {
      while (sorted[last] - sorted[first] >= TimeUnit.SECONDS.toNanos(1)) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
