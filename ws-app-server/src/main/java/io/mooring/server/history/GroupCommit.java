package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisLoadingException;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.RedisScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane of publications into Redis: a single batch is under way, and what comes meanwhile is the
 * next. Whoever comes while the lane is idle is sent at once; a busy lane sends a batch every
 * {@value #PACE_MILLIS} ms, since a batch costs Redis as much as two or three publications in it.
 *
 * <p>A batch whose outcome is not known is sent again with its number, by which the script knows
 * whether it was made already: no publication is doubled, whatever was held back on its way. Safe
 * for use by many threads; everything about the batch under way belongs to whoever holds {@link
 * #underWay}.
 */
final class GroupCommit {
  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

  static final int PACE_MILLIS = 4;

  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(PACE_MILLIS);
  private static final int MOST_MESSAGES = 128;
  private static final int MOST_BYTES = 1 << 20;

  /** How much may wait, in bytes: a Redis that stalls must not fill the memory of this process. */
  private static final long MOST_WAITING = 32 << 20;

  /** What a publication costs beside its data, in bytes. */
  private static final int OVERHEAD = 256;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Duration RETRY_DELAY = Duration.ofMillis(50);

  /** A connection that was cut is back by then. */
  private static final long GRACE_MILLIS = 1_000;

  /** What the script answers for one publication. */
  private static final Pattern MADE = Pattern.compile("= (\\w+) (\\d{1,15}) (\\d{1,15})");

  private static final String FULL = "full ";

  private record Pending(
      String channel,
      Publication publication,
      Retention retention,
      CompletableFuture<Position> answer) {
    int bytes() {
      return publication.data().length + publication.key().length() + OVERHEAD;
    }
  }

  /**
   * @param begun when it was first sent, by {@link System#nanoTime}
   * @param doubtful whether it had to be tried again
   * @param sent whether it may have reached Redis
   * @param outcome the script's answer
   */
  private record Batch(
      long number,
      List<Pending> publications,
      String[] keys,
      byte[][] arguments,
      long begun,
      AtomicBoolean doubtful,
      AtomicBoolean sent,
      CompletableFuture<String> outcome) {}

  private final RedisScript append = new RedisScript(GroupCommit.class, "log.lua", "append.lua");
  private final RedisLink link;
  private final IntConsumer sizes;
  private final String writer;
  private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final AtomicBoolean underWay = new AtomicBoolean();
  private final AtomicBoolean pausing = new AtomicBoolean();
  private volatile @Nullable Batch current;
  private volatile boolean closed;

  /** When the last batch was sent. */
  private volatile long begun = System.nanoTime() - PACE_NANOS;

  private long number;

  /**
   * @param lane see {@link RedisKeys#writer}
   * @param sizes is given how many publications each batch has
   */
  GroupCommit(RedisLink link, String lane, IntConsumer sizes) {
    this.link = link;
    this.sizes = sizes;
    this.writer = RedisKeys.writer(lane, UUID.randomUUID().toString());
  }

  CompletionStage<Position> append(String channel, Publication publication, Retention retention) {
    Pending pending = new Pending(channel, publication, retention, new CompletableFuture<>());
    if (waitingBytes.addAndGet(pending.bytes()) > MOST_WAITING) {
      waitingBytes.addAndGet(-pending.bytes());
      return CompletableFuture.failedStage(
          new UnavailableException(
              "redis: more than " + MOST_WAITING + " bytes of publications wait for it", null));
    }
    waiting.add(pending);
    next();
    return pending.answer;
  }

  void close() {
    closed = true;
    Batch last = current;
    if (last != null) {
      last.outcome.completeExceptionally(new RedisException("the server stops"));
    }
    next();
  }

  /** Sends the next batch, if there is one, none is under way and it is not too early. */
  private void next() {
    while (!waiting.isEmpty() && !pauses() && underWay.compareAndSet(false, true)) {
      Optional<String> down =
          closed
              ? Optional.of("the server stops")
              : link.downBecause().filter(why -> link.downMillis() > GRACE_MILLIS);
      List<Pending> publications = take();
      if (publications.isEmpty()) {
        underWay.set(false);
      } else if (down.isPresent()) {
        // Nothing was sent, so nobody need wait for what became of it.
        underWay.set(false);
        fail(publications, new UnavailableException(down.get(), null));
      } else {
        Batch batch = batch(publications);
        begun = batch.begun;
        current = batch;
        sizes.accept(publications.size());
        batch.outcome.whenComplete((answer, failure) -> ended(batch, answer, failure));
        send(batch);
        return;
      }
    }
  }

  /** Whether the lane waits, to send more at once; it goes on by itself. */
  private boolean pauses() {
    long left = begun + PACE_NANOS - System.nanoTime();
    if (left <= 0 || closed) {
      return false;
    }
    if (!underWay.get() && pausing.compareAndSet(false, true)) {
      link.later(
          Duration.ofNanos(left),
          () -> {
            pausing.set(false);
            next();
          });
    }
    return true;
  }

  private List<Pending> take() {
    List<Pending> taken = new ArrayList<>();
    long bytes = 0;
    for (Pending first = waiting.peek(); first != null; first = waiting.peek()) {
      bytes += first.bytes();
      if (!taken.isEmpty() && (taken.size() == MOST_MESSAGES || bytes > MOST_BYTES)) {
        break;
      }
      waiting.remove();
      waitingBytes.addAndGet(-first.bytes());
      taken.add(first);
    }
    return taken;
  }

  private Batch batch(List<Pending> publications) {
    // What a channel is kept for is that of its first publication here.
    Map<String, List<Pending>> byChannel = new LinkedHashMap<>();
    for (Pending one : publications) {
      byChannel.computeIfAbsent(one.channel, first -> new ArrayList<>(1)).add(one);
    }
    Map<Retention, List<List<Pending>>> byRetention = new LinkedHashMap<>();
    for (List<Pending> ofChannel : byChannel.values()) {
      byRetention
          .computeIfAbsent(ofChannel.getFirst().retention, first -> new ArrayList<>())
          .add(ofChannel);
    }
    number++;
    List<String> keys = new ArrayList<>(1 + 4 * byChannel.size());
    List<byte[]> arguments =
        new ArrayList<>(2 + 6 * byRetention.size() + byChannel.size() + 6 * publications.size());
    List<Pending> ordered = new ArrayList<>(publications.size());
    keys.add(writer);
    arguments.add(ascii(number));
    arguments.add(Epochs.random().getBytes(US_ASCII));
    byRetention.forEach(
        (retention, channels) -> {
          arguments.add(ascii(retention.size()));
          arguments.add(ascii(retention.ttl().toMillis()));
          arguments.add(ascii(retention.metaTtl().toMillis()));
          arguments.add(ascii(retention.keys()));
          arguments.add(ascii(retention.keyBytes().bytes()));
          arguments.add(ascii(channels.size()));
          for (List<Pending> ofChannel : channels) {
            ordered.addAll(ofChannel);
            add(ofChannel, keys, arguments);
          }
        });
    return new Batch(
        number,
        ordered,
        keys.toArray(String[]::new),
        arguments.toArray(byte[][]::new),
        System.nanoTime(),
        new AtomicBoolean(),
        new AtomicBoolean(),
        new CompletableFuture<>());
  }

  private static void add(List<Pending> ofChannel, List<String> keys, List<byte[]> arguments) {
    String channel = ofChannel.getFirst().channel;
    keys.add(RedisKeys.log(channel));
    keys.add(RedisKeys.meta(channel));
    keys.add(RedisKeys.keys(channel));
    keys.add(RedisKeys.live(channel));
    arguments.add(ascii(ofChannel.size()));
    for (Pending one : ofChannel) {
      Publication publication = one.publication;
      byte[] key = publication.key().getBytes(UTF_8);
      byte[] from = publication.from().getBytes(UTF_8);
      byte[] data = publication.data();
      arguments.add(ascii(publication.tag()));
      arguments.add(key);
      arguments.add(from);
      arguments.add(data);
      arguments.add((key.length + " " + from.length + " " + data.length).getBytes(US_ASCII));
      arguments.add((publication.dedupe().isEmpty() ? "" : "1").getBytes(US_ASCII));
      if (!publication.dedupe().isEmpty()) {
        keys.add(RedisKeys.once(channel, publication.by().path(), publication.dedupe()));
      }
    }
  }

  private void send(Batch batch) {
    if (link.downBecause().isEmpty()) {
      batch.sent.set(true);
    }
    link.ask(redis -> append.value(redis, batch.keys, batch.arguments))
        .whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                batch.outcome.complete(new String(answer, UTF_8));
              } else if (known(failure)) {
                batch.outcome.completeExceptionally(failure);
              } else {
                again(batch, failure);
              }
            });
  }

  /** Whether the script was refused, so that nothing was made and nothing will be. */
  private static boolean known(Throwable failure) {
    return failure instanceof RedisCommandExecutionException
        && !(failure instanceof RedisLoadingException || failure instanceof RedisBusyException);
  }

  private void again(Batch batch, Throwable failure) {
    long left = batch.begun + PATIENCE_NANOS - System.nanoTime();
    boolean hopeless = !batch.sent.get() && link.downMillis() > GRACE_MILLIS;
    if (left <= 0 || hopeless || closed) {
      batch.outcome.completeExceptionally(failure);
      return;
    }
    if (batch.doubtful.compareAndSet(false, true)) {
      link.later(Duration.ofNanos(left), () -> batch.outcome.completeExceptionally(failure));
    }
    link.later(
        RETRY_DELAY,
        () -> {
          if (!batch.outcome.isDone()) {
            send(batch);
          }
        });
  }

  /** Lets the next batch go before it tells who waited for this one. */
  private void ended(Batch batch, @Nullable String answer, @Nullable Throwable failure) {
    current = null;
    List<Pending> abandoned = List.of();
    UnavailableException reason = failure == null ? null : UnavailableException.of(failure);
    if (reason != null) {
      log.warn(
          "event=publish_failed publications={} reason=\"{}\"",
          batch.publications.size(),
          reason.getMessage());
      // They have waited as long, and would each wait as long again.
      abandoned = new ArrayList<>();
      for (List<Pending> more = take(); !more.isEmpty(); more = take()) {
        abandoned.addAll(more);
      }
    }
    underWay.set(false);
    next();
    if (reason != null) {
      fail(batch.publications, reason);
      fail(abandoned, reason);
    } else if (answer != null) {
      answer(batch.publications, answer);
    }
  }

  private void answer(List<Pending> publications, String answer) {
    String[] lines = answer.split("\n", -1);
    int failed = 0;
    String last = "";
    for (int i = 0; i < publications.size(); i++) {
      String line = lines.length == publications.size() ? lines[i] : answer;
      if (!answer(publications.get(i).answer, line)) {
        failed++;
        last = line;
      }
    }
    if (failed > 0) {
      log.warn("event=publish_failed publications={} reason=\"{}\"", failed, last);
      link.failed(last);
    }
  }

  private static boolean answer(CompletableFuture<Position> pending, String line) {
    Matcher made = MADE.matcher(line);
    if (made.matches()) {
      pending.complete(
          new Position(
              made.group(1), Long.parseLong(made.group(2)), Long.parseLong(made.group(3))));
    } else if (line.startsWith(FULL)) {
      pending.completeExceptionally(new SnapshotFullException(line.substring(FULL.length())));
    } else {
      pending.completeExceptionally(new UnavailableException("redis: " + line, null));
      return false;
    }
    return true;
  }

  private static void fail(List<Pending> publications, UnavailableException reason) {
    for (Pending pending : publications) {
      pending.answer.completeExceptionally(reason);
    }
  }

  private static byte[] ascii(long number) {
    return Long.toString(number).getBytes(US_ASCII);
  }
}
