package io.mooring.server.history;

import java.util.concurrent.ThreadLocalRandom;

/**
 * What is published on a channel.
 *
 * @param tag random, 1 to 2^48 - 1, chosen once per publication
 * @param key names the entry of the channel's snapshot that this replaces; empty for none
 * @param by who publishes
 * @param data JSON in UTF-8, at most one message long; not changed by anyone. {@code null} with a
 *     key deletes the entry
 * @param dedupe the publisher's own name for this publication: the same by the same publisher on
 *     the same channel within five minutes gets the first one's position; empty for none
 */
public record Publication(long tag, String key, Publisher by, byte[] data, String dedupe) {
  private static final long TAGS = 1L << 48;

  public static Publication of(String key, Publisher by, byte[] data, String dedupe) {
    return new Publication(ThreadLocalRandom.current().nextLong(1, TAGS), key, by, data, dedupe);
  }

  /** The id of who publishes, as subscribers see it. */
  public String from() {
    return by.name();
  }
}
