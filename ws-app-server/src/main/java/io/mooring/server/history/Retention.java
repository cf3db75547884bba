package io.mooring.server.history;

import io.mooring.process.ByteSize;
import java.time.Duration;

/**
 * How much of a channel's past is kept.
 *
 * @param size how many publications the log holds at least, once there were so many
 * @param ttl how long the log's entries outlive its last publication
 * @param metaTtl how long the log's epoch, top and keys outlive its last publication: an idle
 *     channel that is older begins a new epoch
 * @param keys how many keys the snapshot holds at most
 * @param keyBytes how long the snapshot's keys and data are at most, all together
 */
public record Retention(int size, Duration ttl, Duration metaTtl, int keys, ByteSize keyBytes) {
  private static final int MOST_SIZE = 100_000;
  private static final int MOST_KEYS = 1_000_000;
  private static final Duration MOST_TTL = Duration.ofDays(366);
  private static final long MOST_KEY_BYTES = 256L << 20;

  public static final Retention DEFAULT =
      new Retention(
          1_000, Duration.ofMinutes(5), Duration.ofDays(1), 10_000, new ByteSize(8L << 20));

  /**
   * @throws IllegalArgumentException naming the key, the value and what was expected
   */
  public Retention {
    expect(size >= 1 && size <= MOST_SIZE, "size", size, "1 to " + MOST_SIZE);
    expect(ttl.toMillis() >= 1_000 && ttl.compareTo(MOST_TTL) <= 0, "ttl", ttl, "1s to 366d");
    expect(
        metaTtl.compareTo(ttl) >= 0 && metaTtl.compareTo(MOST_TTL) <= 0,
        "meta-ttl",
        metaTtl,
        "at least ttl, at most 366d");
    expect(keys >= 0 && keys <= MOST_KEYS, "keys", keys, "0 to " + MOST_KEYS);
    expect(
        keyBytes.bytes() >= 0 && keyBytes.bytes() <= MOST_KEY_BYTES,
        "key-bytes",
        keyBytes,
        "0B to 256MiB");
  }

  private static void expect(boolean holds, String key, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s: expected %s".formatted(key, value, expected));
    }
  }
}
