package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.mooring.server.redis.RedisKeys;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.RedisScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs in Redis, shared by all servers. Each call is one script, so that it sees one moment.
 */
public final class RedisHistory implements History {
  private static final Logger log = LoggerFactory.getLogger(RedisHistory.class);

  /** Any keys may share a script of a single Redis; a cluster would have a lane per partition. */
  private static final String ONLY_LANE = "0";

  private static final int TOPS_PER_CALL = 256;

  private final RedisScript top = script("top.lua");
  private final RedisScript tops = script("tops.lua");
  private final RedisScript read = script("read.lua");
  private final RedisScript renew = script("renew.lua");
  private final RedisScript snapshot = script("snapshot.lua");
  private final RedisScript complete = script("complete.lua");
  private final RedisLink link;
  private final GroupCommit commits;

  /**
   * @param appended is given how many publications each call took to the log, on any thread
   */
  public RedisHistory(RedisLink link, IntConsumer appended) {
    this.link = link;
    this.commits = new GroupCommit(link, ONLY_LANE, appended);
  }

  /**
   * Appends a publication, and publishes it to the servers that subscribe to the channel.
   *
   * @return its position, or that of the first one of the same user and dedupe, in today's epoch;
   *     fails with {@link UnavailableException} or {@link SnapshotFullException}
   */
  public CompletionStage<Position> append(
      String channel, Publication publication, Retention retention) {
    return commits.append(channel, publication, retention);
  }

  @Override
  public CompletionStage<Position> top(String channel, Retention retention) {
    return call(top, keys(channel), arguments(retention), answer -> position(answer, channel));
  }

  @Override
  public CompletionStage<Map<String, Position>> tops(
      Collection<String> channels, Map<String, Duration> kept) {
    return tops(List.copyOf(channels), kept, 0, new HashMap<>());
  }

  @Override
  public CompletionStage<Excerpt> read(
      String channel, long after, int messages, int bytes, Retention retention) {
    return call(
        read,
        keys(channel),
        arguments(
            retention, Long.toString(after), Integer.toString(messages), Integer.toString(bytes)),
        answer ->
            RedisAnswers.excerpt(answer, after, RedisKeys.meta(channel), RedisKeys.log(channel)));
  }

  @Override
  public CompletionStage<Position> renew(String channel, String epoch, Retention retention) {
    return call(
        renew, keys(channel), arguments(retention, epoch), answer -> position(answer, channel));
  }

  @Override
  public CompletionStage<Snapshot> snapshot(
      String channel, @Nullable Position since, Retention retention) {
    return call(
        snapshot,
        keys(channel),
        since == null
            ? arguments(retention)
            : arguments(
                retention, since.epoch(), Long.toString(since.off()), Long.toString(since.tag())),
        answer -> RedisAnswers.snapshot(answer, RedisKeys.meta(channel), RedisKeys.keys(channel)));
  }

  @Override
  public CompletionStage<Boolean> complete(String channel, String epoch) {
    return call(
        complete,
        new String[] {RedisKeys.meta(channel)},
        new byte[][] {epoch.getBytes(US_ASCII)},
        answer -> RedisAnswers.yes(answer.getFirst()));
  }

  /** Fails what waits to be appended; the link is closed by whoever made it. */
  public void close() {
    commits.close();
  }

  /** Reads one batch after the other, so that a large server does not hold up its publications. */
  private CompletionStage<Map<String, Position>> tops(
      List<String> channels, Map<String, Duration> kept, int from, Map<String, Position> found) {
    if (from >= channels.size()) {
      return CompletableFuture.completedStage(found);
    }
    List<String> batch = channels.subList(from, Math.min(channels.size(), from + TOPS_PER_CALL));
    List<String> keys = new ArrayList<>();
    List<byte[]> arguments = new ArrayList<>();
    batch.forEach(channel -> keys.add(RedisKeys.meta(channel)));
    arguments.add(Integer.toString(batch.size()).getBytes(US_ASCII));
    for (String channel : batch) {
      Duration metaTtl = kept.get(channel);
      if (metaTtl != null) {
        keys.add(RedisKeys.meta(channel));
        keys.add(RedisKeys.keys(channel));
        arguments.add(Long.toString(metaTtl.toMillis()).getBytes(US_ASCII));
      }
    }
    return call(
            tops,
            keys.toArray(String[]::new),
            arguments.toArray(byte[][]::new),
            answers -> {
              for (int i = 0; i < batch.size(); i++) {
                List<?> answer = (List<?>) answers.get(i);
                if (answer.size() == 1) {
                  log.warn("event=broken_log reason=\"{}\"", RedisAnswers.text(answer.getFirst()));
                } else if (!answer.isEmpty()) {
                  found.put(batch.get(i), RedisAnswers.position(answer, keys.get(i)));
                }
              }
              return found;
            })
        .thenCompose(there -> tops(channels, kept, from + TOPS_PER_CALL, there));
  }

  private <T> CompletionStage<T> call(
      RedisScript script, String[] keys, byte[][] arguments, Function<List<Object>, T> reader) {
    return link.ask(redis -> script.list(redis, keys, arguments))
        .thenApply(reader)
        .exceptionallyCompose(
            failure -> {
              UnavailableException reason = UnavailableException.of(Failure.cause(failure));
              link.failed(String.valueOf(reason.getMessage()));
              return CompletableFuture.failedStage(reason);
            });
  }

  private static Position position(List<?> answer, String channel) {
    return RedisAnswers.position(answer, RedisKeys.meta(channel));
  }

  private static String[] keys(String channel) {
    return new String[] {RedisKeys.meta(channel), RedisKeys.log(channel), RedisKeys.keys(channel)};
  }

  private static byte[][] arguments(Retention retention, String... more) {
    List<byte[]> all = new ArrayList<>(2 + more.length);
    all.add(Epochs.random().getBytes(US_ASCII));
    all.add(Long.toString(retention.metaTtl().toMillis()).getBytes(US_ASCII));
    for (String one : more) {
      all.add(one.getBytes(UTF_8));
    }
    return all.toArray(byte[][]::new);
  }

  private static RedisScript script(String file) {
    return new RedisScript(RedisHistory.class, "log.lua", file);
  }
}
