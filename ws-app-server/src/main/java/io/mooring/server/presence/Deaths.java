package io.mooring.server.presence;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Which of those who hold something at the same place are dead, whatever their deadline says: those
 * that the fleet calls so, and that have said nothing since. Who speaks lives, though no control
 * plane may know.
 */
final class Deaths {
  private final Function<Holder, OptionalLong> fleet;

  /**
   * @param fleet for how long, in milliseconds, the fleet has known that it is dead; on any thread
   */
  Deaths(Function<Holder, OptionalLong> fleet) {
    this.fleet = fleet;
  }

  /**
   * @param silent holder → for how long it has said nothing, in milliseconds
   * @return holder → for how long the fleet has known that it is dead
   */
  Map<Holder, Long> among(Map<Holder, Long> silent) {
    return among(silent, 0);
  }

  /**
   * The same of holders of whom an answer speaks, which may have been long on its way.
   *
   * @param asked when the question was asked, as {@link System#nanoTime}
   * @return holder → for how long the fleet had known then that it is dead
   */
  Map<Holder, Long> amongAnswered(Map<Holder, Long> silent, long asked) {
    long nanos = System.nanoTime() - asked;
    return among(silent, Math.ceilDiv(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
  }

  private Map<Holder, Long> among(Map<Holder, Long> silent, long late) {
    Map<Holder, Long> dead = new LinkedHashMap<>();
    silent.forEach(
        (holder, millis) -> {
          OptionalLong known = fleet.apply(holder);
          if (known.isPresent()) {
            long then = Math.max(0, known.getAsLong() - late);
            if (millis >= then) {
              dead.put(holder, then);
            }
          }
        });
    return dead;
  }
}
