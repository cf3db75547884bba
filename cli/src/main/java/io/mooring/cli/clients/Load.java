package io.mooring.cli.clients;

import org.jspecify.annotations.Nullable;

/**
 * How much there is to be.
 *
 * @param clients each subscribes to one channel
 * @param channels the clients take turns on them
 * @param rate messages a second of all clients together; 0: they publish nothing
 */
public record Load(int clients, int channels, int rate) {
  /** More is what the benchmarks are for. */
  static final int MOST_CLIENTS = 10_000;

  private static final int MOST_CHANNELS = 1_000;
  private static final int MOST_RATE = 1_000;

  /** Below what a server allows a connection, 120 messages in 10 s, with what else it says. */
  private static final int RATE_OF_ONE = 8;

  private static final int USUAL_RATE = 20;

  /**
   * What was typed.
   *
   * @param rate null: 20 a second, or what so few clients may publish
   * @throws IllegalArgumentException naming the option, its value and what was expected
   */
  public static Load of(int clients, int channels, @Nullable Integer rate) {
    if (clients < 1 || clients > MOST_CLIENTS) {
      throw new IllegalArgumentException(
          "N %d: expected 1 to %d clients".formatted(clients, MOST_CLIENTS));
    }
    if (channels < 1 || channels > MOST_CHANNELS) {
      throw new IllegalArgumentException(
          "--channels %d: expected 1 to %d".formatted(channels, MOST_CHANNELS));
    }
    int most = Math.min(MOST_RATE, RATE_OF_ONE * clients);
    if (rate != null && (rate < 0 || rate > most)) {
      throw new IllegalArgumentException(
          "--rate %d: expected 0 to %d messages a second, %d of each client at most"
              .formatted(rate, most, RATE_OF_ONE));
    }
    return new Load(clients, channels, rate == null ? Math.min(USUAL_RATE, most) : rate);
  }

  /** The channel of a client, or of a publication. */
  String channel(int number) {
    return "demo.clients." + (1 + number % channels);
  }
}
