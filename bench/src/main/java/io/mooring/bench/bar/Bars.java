package io.mooring.bench.bar;

import java.util.List;
import java.util.Optional;

/** All of them, by their numbers; of those with one number the first is found by it. */
public final class Bars {
  private static final List<Bar> ALL =
      List.of(
          Idle.memory(),
          Idle.pings(),
          FanOut.broadcast(),
          FanOut.firehose(),
          FanOut.saturation(),
          FanOut.smallChannels(),
          new Bystanders(),
          new ThroughLog(),
          new Resume(),
          new Present(),
          new PresenceStorm());

  private Bars() {}

  public static List<Bar> all() {
    return ALL;
  }

  /** By its name or its number. */
  public static Optional<Bar> find(String text) {
    return ALL.stream()
        .filter(bar -> bar.name().equals(text) || Integer.toString(bar.number()).equals(text))
        .findFirst();
  }
}
