package io.mooring.bench.bar;

import java.util.Map;
import java.util.Optional;

/** The figures of all contenders, who did the work one after the other. */
public record Round(Map<Role, Map<String, Double>> figures) {
  /** Who a contender is, for the gates. */
  public enum Role {
    MOORING,
    CENTRIFUGO,
    ENGINE,
    BARE_NETTY
  }

  /**
   * @throws IllegalArgumentException if the contender did not take part, or has no such figure
   */
  public double figure(Role role, String name) {
    return Optional.ofNullable(figures.get(role))
        .map(ofRole -> ofRole.get(name))
        .orElseThrow(
            () -> new IllegalArgumentException("%s has no figure \"%s\"".formatted(role, name)));
  }
}
