package io.mooring.server.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * The names of a channel's keys. The partition in braces is their hash slot, so that what belongs
 * to a channel is in one place, and a script can serve many channels of a partition. The grammar of
 * channels has no braces.
 */
public final class RedisKeys {
  static final int PARTITIONS = 512;

  /** What the names of all sharded pub/sub channels of channels begin with, before a colon. */
  public static final String LIVE = "live";

  private static final Hasher64 HASH = Hashing.xxh3_64();

  private RedisKeys() {}

  public static int partition(String channel) {
    return (int) (HASH.hashBytesToLong(channel.getBytes(US_ASCII)) & (PARTITIONS - 1));
  }

  /** Stream with the channel's publications; the first half of an entry's id is its offset. */
  public static String log(String channel) {
    return "log" + suffix(channel);
  }

  /** Hash with the log's epoch, and the offset and the tag of its top. */
  public static String meta(String channel) {
    return "meta" + suffix(channel);
  }

  /** Hash with the newest entry of each key. */
  public static String keys(String channel) {
    return "keys" + suffix(channel);
  }

  /** The name of the sharded pub/sub channel. */
  public static String live(String channel) {
    return LIVE + suffix(channel);
  }

  /** The channel of which {@code live} is the pub/sub channel. */
  public static String channel(String live) {
    return live.substring(live.indexOf("}:") + 2);
  }

  /**
   * String with the position of what somebody published under a name of its own.
   *
   * @param publisher {@code user/<tenant>/<name>} or {@code key/<name>}
   */
  public static String once(String channel, String publisher, String dedupe) {
    return "once" + suffix(channel) + "/" + publisher + "/" + dedupe;
  }

  /**
   * String with the last batch of one who appends, and its answers.
   *
   * @param lane stands for all channels that one batch may hold: their hash slot
   * @param id of the writer
   */
  public static String writer(String lane, String id) {
    return "writer:{" + lane + "}:" + id;
  }

  private static String suffix(String channel) {
    return ":{" + partition(channel) + "}:" + channel;
  }
}
