package io.mooring.controlplane.load;

import io.mooring.registry.Grammar;
import io.mooring.registry.Words;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.Load;
import java.util.Map;

/**
 * What a server said of itself, as it stands in Redis: {@code connections=5 loop_lag_us=120
 * refusing=0}, and of one that moves its clients also {@code drain=<id> total=101 told=71 gone=60
 * stragglers=0}.
 */
public final class LoadText {
  private LoadText() {}

  public static String of(Load load) {
    StringBuilder text = new StringBuilder();
    text.append("connections=").append(Integer.toUnsignedString(load.getConnections()));
    text.append(" loop_lag_us=").append(Integer.toUnsignedString(load.getLoopLagUs()));
    text.append(" refusing=").append(load.getRefusing() ? 1 : 0);
    if (load.hasDepartures()) {
      Departures departures = load.getDepartures();
      String drainId = departures.getDrainId();
      text.append(" drain=").append(Grammar.ID.matches(drainId) ? drainId : "");
      text.append(" total=").append(Integer.toUnsignedString(departures.getTotal()));
      text.append(" told=").append(Integer.toUnsignedString(departures.getTold()));
      text.append(" gone=").append(Integer.toUnsignedString(departures.getGone()));
      text.append(" stragglers=").append(Integer.toUnsignedString(departures.getStragglers()));
    }
    return text.toString();
  }

  /** Reads it; a word that is missing, or not a number, is 0. */
  public static Load parse(String text) {
    Map<String, String> words = Words.of(text);
    Load.Builder load =
        Load.newBuilder()
            .setConnections(number(words, "connections"))
            .setLoopLagUs(number(words, "loop_lag_us"))
            .setRefusing(number(words, "refusing") != 0);
    if (words.containsKey("drain")) {
      load.setDepartures(
          Departures.newBuilder()
              .setDrainId(words.getOrDefault("drain", ""))
              .setTotal(number(words, "total"))
              .setTold(number(words, "told"))
              .setGone(number(words, "gone"))
              .setStragglers(number(words, "stragglers")));
    }
    return load.build();
  }

  private static int number(Map<String, String> words, String name) {
    try {
      return Integer.parseUnsignedInt(words.getOrDefault(name, "0"));
    } catch (NumberFormatException unreadable) {
      return 0;
    }
  }
}
