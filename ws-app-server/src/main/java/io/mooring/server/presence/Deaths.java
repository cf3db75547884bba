package io.mooring.server.presence;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
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
    Map<Holder, Long> dead = new LinkedHashMap<>();
    silent.forEach(
        (holder, millis) -> {
          OptionalLong known = fleet.apply(holder);
          if (known.isPresent() && millis >= known.getAsLong()) {
            dead.put(holder, known.getAsLong());
          }
        });
    return dead;
  }
}
