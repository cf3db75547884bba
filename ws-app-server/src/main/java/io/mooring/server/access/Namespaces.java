package io.mooring.server.access;

import io.mooring.server.history.Retention;
import java.util.Map;
import java.util.Optional;

/** The namespaces that exist. Safe for use by many threads. */
public final class Namespaces {
  private static final String DEFAULT = "default";

  private final Map<String, Namespace> byName;

  public Namespaces(Map<String, Namespace> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * The namespace of a channel: the one named by what stands before the first dot of its name, or
   * {@code default} if there is no dot. Empty if there is no such namespace.
   */
  public Optional<Namespace> of(String channel) {
    int dot = channel.indexOf('.');
    return Optional.ofNullable(byName.get(dot < 0 ? DEFAULT : channel.substring(0, dot)));
  }

  /** How much of a channel's past is kept. */
  public Retention retention(String channel) {
    return of(channel).map(Namespace::history).orElse(Retention.DEFAULT);
  }

  /** Whether those who subscribe to a channel are told of each other, if they ask for it. */
  public boolean presence(String channel) {
    return of(channel).map(Namespace::presence).orElse(false);
  }

  /** Whether the messages of a channel may go compressed. */
  public boolean compress(String channel) {
    return of(channel).map(Namespace::compress).orElse(false);
  }

  /** Whether a channel's slow subscribers get only the newest message of each key. */
  public boolean conflate(String channel) {
    return of(channel).filter(rules -> rules.slow() == SlowPolicy.CONFLATE).isPresent();
  }

  /** Whether any of them lets messages go compressed. */
  public boolean compress() {
    return byName.values().stream().anyMatch(Namespace::compress);
  }
}
