package io.mooring.server.history;

import io.mooring.server.loop.Loops;
import io.mooring.server.loop.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a server that stands alone; they end with it. Each belongs to its channel's strand.
 * When they grow beyond what is meant for them, the channel that was idle longest goes, and begins
 * a new epoch when it comes back.
 */
public final class MemoryHistory implements History {
  private static final int MOST_LOGS = 100_000;

  /** All logs together take at most this share of the heap. */
  private static final int HEAP_SHARE = 4;

  /**
   * What became of a publication.
   *
   * @param delivery empty if it had been made before
   */
  public record Appended(Position position, Optional<Delivery> delivery) {}

  private record Kept(MemoryLog log, Retention retention) {}

  /** What one strand owns, that which was idle longest first. */
  private static final class Shard {
    final Map<String, Kept> logs = new LinkedHashMap<>(16, 0.75f, true);
    final Chunks chunks = new Chunks();

    /** What the logs take besides the chunks of their entries. */
    long bytes;

    boolean exceeds(long most) {
      return chunks.exceed(most - bytes);
    }
  }

  private final Loops loops;
  private final int mostLogs;
  private final long mostBytes;
  private final List<Shard> shards = new ArrayList<>();

  public MemoryHistory(Loops loops) {
    this(loops, MOST_LOGS, Runtime.getRuntime().maxMemory() / HEAP_SHARE / loops.strands());
  }

  /**
   * @param mostLogs per strand
   * @param mostBytes per strand, about
   */
  MemoryHistory(Loops loops, int mostLogs, long mostBytes) {
    this.loops = loops;
    this.mostLogs = mostLogs;
    this.mostBytes = mostBytes;
    for (int i = 0; i < loops.strands(); i++) {
      shards.add(new Shard());
    }
  }

  /**
   * Appends a publication. Called on the channel's strand.
   *
   * @throws SnapshotFullException if its key has no room; then nothing was done
   */
  public Appended append(String channel, Publication publication, Retention retention) {
    Shard shard = shard(channel);
    long now = System.nanoTime();
    MemoryLog log = log(shard, channel, retention, now);
    long before = log.bytes();
    Appended appended = log.append(publication, retention, now);
    shard.bytes += log.bytes() - before;
    makeRoom(shard, log);
    return appended;
  }

  /** Does something on a channel's strand: now, if that lets the caller. */
  public <T> CompletionStage<T> inOrder(String channel, Supplier<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      loops.strand(channel).run(() -> complete(done, task));
    } catch (RejectedExecutionException stopped) {
      done.completeExceptionally(new UnavailableException("the server stops", stopped));
    }
    return done;
  }

  private static <T> void complete(CompletableFuture<T> done, Supplier<T> task) {
    T result;
    try {
      result = task.get();
    } catch (Throwable broken) {
      done.completeExceptionally(broken);
      return;
    }
    done.complete(result);
  }

  @Override
  public CompletionStage<Position> top(String channel, Retention retention) {
    return inOrder(channel, () -> log(channel, retention).top());
  }

  @Override
  public CompletionStage<Map<String, Position>> tops(
      Collection<String> channels, Map<String, Duration> kept) {
    Map<Strand, List<String>> byStrand = new HashMap<>();
    for (String channel : channels) {
      byStrand.computeIfAbsent(loops.strand(channel), strand -> new ArrayList<>()).add(channel);
    }
    CompletionStage<Map<String, Position>> all = CompletableFuture.completedStage(new HashMap<>());
    for (List<String> together : byStrand.values()) {
      all =
          all.thenCombine(
              inOrder(together.getFirst(), () -> topsHere(together, kept)),
              (found, more) -> {
                found.putAll(more);
                return found;
              });
    }
    return all;
  }

  @Override
  public CompletionStage<Excerpt> read(
      String channel, long after, int messages, int bytes, Retention retention) {
    return inOrder(channel, () -> log(channel, retention).read(after, messages, bytes));
  }

  @Override
  public CompletionStage<Position> renew(String channel, String epoch, Retention retention) {
    return inOrder(channel, () -> log(channel, retention).renew(epoch));
  }

  @Override
  public CompletionStage<Snapshot> snapshot(
      String channel, @Nullable Position since, Retention retention) {
    return inOrder(channel, () -> log(channel, retention).snapshot(since));
  }

  @Override
  public CompletionStage<Boolean> complete(String channel, String epoch) {
    return inOrder(
        channel,
        () -> {
          Kept kept = shard(channel).logs.get(channel);
          if (kept == null) {
            return false;
          }
          expire(shard(channel), kept, System.nanoTime());
          return kept.log.complete(epoch);
        });
  }

  private Map<String, Position> topsHere(List<String> channels, Map<String, Duration> used) {
    Map<String, Position> found = new HashMap<>();
    for (String channel : channels) {
      Kept kept = shard(channel).logs.get(channel);
      if (kept != null) {
        expire(shard(channel), kept, System.nanoTime());
        if (used.containsKey(channel)) {
          kept.log.use(System.nanoTime());
        }
        found.put(channel, kept.log.top());
      }
    }
    return found;
  }

  private MemoryLog log(String channel, Retention retention) {
    return log(shard(channel), channel, retention, System.nanoTime());
  }

  private MemoryLog log(Shard shard, String channel, Retention retention, long now) {
    Kept kept = shard.logs.get(channel);
    if (kept == null || !kept.retention.equals(retention)) {
      MemoryLog log = kept == null ? new MemoryLog(shard.chunks) : kept.log;
      shard.logs.put(channel, new Kept(log, retention));
      if (kept == null) {
        shard.bytes += log.bytes();
        makeRoom(shard, log);
      }
      kept = new Kept(log, retention);
    }
    expire(shard, kept, now);
    return kept.log;
  }

  private static void expire(Shard shard, Kept kept, long now) {
    long before = kept.log.bytes();
    kept.log.expire(kept.retention, now);
    shard.bytes += kept.log.bytes() - before;
  }

  /** Whoever was idle longest goes, and then the oldest entries of the one that grows. */
  private void makeRoom(Shard shard, MemoryLog growing) {
    Iterator<Kept> idle = shard.logs.values().iterator();
    while (idle.hasNext() && (shard.logs.size() > mostLogs || shard.exceeds(mostBytes))) {
      Kept oldest = idle.next();
      if (oldest.log == growing) {
        break;
      }
      oldest.log.end();
      shard.bytes -= oldest.log.bytes();
      idle.remove();
    }
    while (shard.exceeds(mostBytes) && growing.held() > 1) {
      growing.trim();
    }
  }

  private Shard shard(String channel) {
    Strand strand = loops.strand(channel);
    assert strand.inside();
    return shards.get(strand.index());
  }
}
