package io.mooring.server.history;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The logs of channels: what was published, in which order, and the newest entry per key. They are
 * the truth; live delivery is a hint of it.
 *
 * <p>Channel names fit the grammar of the client protocol; whoever calls has checked that. Calls
 * never block and may come from any thread; stages complete on any thread, within a few seconds,
 * exceptionally with {@link UnavailableException}.
 */
public interface History {
  /** A channel's top. A log that does not exist is begun, so that its epoch is known from then. */
  CompletionStage<Position> top(String channel, Retention retention);

  /**
   * The tops of many channels; a channel whose log does not exist is not among them.
   *
   * @param kept which of them are in use, with their meta-ttl: epoch, top and keys outlive this
   *     moment by that, as they do a publication
   */
  CompletionStage<Map<String, Position>> tops(
      Collection<String> channels, Map<String, Duration> kept);

  /**
   * What follows an offset. A log that does not exist is begun.
   *
   * @param after 0 or more
   * @param messages how many at most
   * @param bytes how long all data together at most; where the first alone is longer, it comes
   *     alone
   */
  CompletionStage<Excerpt> read(
      String channel, long after, int messages, int bytes, Retention retention);

  /**
   * Gives a log that was rolled back a new epoch, in which its publications keep their offsets and
   * tags. Its snapshot is not complete then.
   *
   * @param epoch what the log's epoch must be, else it stays as it is
   * @return the top afterwards
   */
  CompletionStage<Position> renew(String channel, String epoch, Retention retention);

  /**
   * The newest entry of each key.
   *
   * @param since if not null, only what changed after it is wanted: answered in full where the log
   *     cannot tell that any more
   */
  CompletionStage<Snapshot> snapshot(String channel, @Nullable Position since, Retention retention);

  /**
   * Says that everything that belongs to the channel's snapshot has been written in this epoch.
   *
   * @return false if the log's epoch is another one
   */
  CompletionStage<Boolean> complete(String channel, String epoch);
}
