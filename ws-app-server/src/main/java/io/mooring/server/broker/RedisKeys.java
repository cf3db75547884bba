package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The names of a channel's keys. The partition in braces is their hash slot, so that what belongs
 * to a channel is in one place, and a script can serve many channels of a partition. The grammar of
 * channels has no braces.
 */
final class RedisKeys {
  static final int PARTITIONS = 512;

  private static final Hasher64 HASH = Hashing.xxh3_64();
  private static final String LIVE = "live:{";

  private RedisKeys() {}

  static int partition(String channel) {
    return (int) (HASH.hashBytesToLong(channel.getBytes(US_ASCII)) & (PARTITIONS - 1));
  }

  /** Hash with the log's epoch, top offset and top tag. */
  static String meta(String channel) {
    return "meta:{" + partition(channel) + "}:" + channel;
  }

  /** The name of the sharded pub/sub channel. */
  static String live(String channel) {
    return LIVE + partition(channel) + "}:" + channel;
  }

  /** The channel of which {@code live} is the pub/sub channel. */
  static String channel(String live) {
    return live.substring(live.indexOf("}:", LIVE.length()) + 2);
  }
}
