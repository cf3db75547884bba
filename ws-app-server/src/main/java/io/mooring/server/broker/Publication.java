package io.mooring.server.broker;

import java.util.concurrent.ThreadLocalRandom;

/**
 * What is published on a channel.
 *
 * @param tag random, 1 to 2^48 - 1, chosen once per publication: publishing the same tag again is a
 *     retry
 * @param key names the entry of the channel's snapshot that this replaces; empty for none
 * @param from the id of the user who publishes
 * @param data JSON in UTF-8, at most one message long; not changed by anyone
 */
public record Publication(long tag, String key, String from, byte[] data) {
  private static final long TAGS = 1L << 48;

  public static Publication of(String key, String from, byte[] data) {
    return new Publication(ThreadLocalRandom.current().nextLong(1, TAGS), key, from, data);
  }
}
