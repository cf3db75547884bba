package io.mooring.server.presence;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Which of those who hold something at the same place are dead, whatever their deadline says. */
final class Deaths {
  private final Predicate<Holder> fleet;

  /**
   * @param fleet whether the fleet knows that it is dead; on any thread
   */
  Deaths(Predicate<Holder> fleet) {
    this.fleet = fleet;
  }

  Set<Holder> among(Collection<Holder> holders) {
    Set<Holder> dead = new LinkedHashSet<>();
    for (Holder holder : holders) {
      if (fleet.test(holder)) {
        dead.add(holder);
      }
    }
    return dead;
  }
}
