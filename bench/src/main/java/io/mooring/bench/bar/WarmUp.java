package io.mooring.bench.bar;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.measure.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has a contender work until it is as fast as it will be. With a JIT compiler that takes longer in
 * one run than in another: what is compiled late would be charged to the messages.
 */
final class WarmUp {
  /** A compiler that takes less of a processor than this has nothing left that matters. */
  private static final double QUIET = 0.02;

  /** It often rests for a few seconds before it compiles what it has counted long enough. */
  private static final int QUIET_PARTS = 2;

  /** After so many more parts a compiler that goes on is what the contender is like. */
  private static final int MOST_PARTS = 8;

  private WarmUp() {}

  /**
   * @param work works for so long
   */
  static void of(Contender contender, Running running, Scale scale, Consumer<Duration> work) {
    Duration part = scale.settled();
    if (!contender.warmsUp()) {
      work.accept(part);
      return;
    }
    work.accept(scale.warmUp());
    double most = QUIET * part.toNanos() / TimeUnit.SECONDS.toNanos(1);
    int quiet = 0;
    for (int parts = 0; parts < MOST_PARTS && quiet < QUIET_PARTS; parts++) {
      Map<Path, Double> before = Usage.compilerSeconds(running.processes());
      work.accept(part);
      Map<Path, Double> after = Usage.compilerSeconds(running.processes());
      // Of one that has ended nobody knows what it took.
      boolean known = after.keySet().containsAll(before.keySet());
      quiet = known && spent(before, after) < most ? quiet + 1 : 0;
    }
  }

  static double spent(Map<Path, Double> before, Map<Path, Double> after) {
    double seconds = 0;
    for (Map.Entry<Path, Double> thread : after.entrySet()) {
      seconds += thread.getValue() - before.getOrDefault(thread.getKey(), 0.0);
    }
    return seconds;
  }
}
