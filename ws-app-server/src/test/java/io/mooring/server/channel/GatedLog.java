package io.mooring.server.channel;

import io.mooring.server.broker.Broker;
import io.mooring.server.history.Excerpt;
import io.mooring.server.history.History;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A log and its broker, of which every answer is given by the test. */
final class GatedLog implements History, Broker {
  record Read(long after, CompletableFuture<Excerpt> answer) {
    void answer(Excerpt excerpt) {
      answer.complete(excerpt);
    }
  }

  record Renewal(String epoch, CompletableFuture<Position> answer) {}

  final BlockingQueue<CompletableFuture<Void>> subscribed = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<Void>> unsubscribed = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<Position>> tops = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<Map<String, Position>>> comparisons =
      new LinkedBlockingQueue<>();
  final BlockingQueue<Map<String, Duration>> kept = new LinkedBlockingQueue<>();
  final BlockingQueue<Read> reads = new LinkedBlockingQueue<>();
  final BlockingQueue<Renewal> renewals = new LinkedBlockingQueue<>();
  final BlockingQueue<String> resubscribed = new LinkedBlockingQueue<>();
  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile boolean away;
  volatile boolean broken;
  int failed;

  @Override
  public CompletionStage<Void> subscribe(String channel) {
    calls.add("subscribe");
    return queued(subscribed);
  }

  @Override
  public CompletionStage<Void> resubscribe(String channel) {
    resubscribed.add("resubscribe");
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    calls.add("unsubscribe");
    return queued(unsubscribed);
  }

  @Override
  public CompletionStage<Position> top(String channel, Retention retention) {
    return queued(tops);
  }

  @Override
  public CompletionStage<Map<String, Position>> tops(
      Collection<String> channels, Map<String, Duration> keeping) {
    kept.add(keeping);
    return queued(comparisons);
  }

  @Override
  public CompletionStage<Excerpt> read(
      String channel, long after, int messages, int bytes, Retention retention) {
    if (broken) {
      throw new IllegalStateException("the log is broken");
    }
    CompletableFuture<Excerpt> later = new CompletableFuture<>();
    reads.add(new Read(after, later));
    return later;
  }

  @Override
  public CompletionStage<Position> renew(String channel, String epoch, Retention retention) {
    CompletableFuture<Position> later = new CompletableFuture<>();
    renewals.add(new Renewal(epoch, later));
    return later;
  }

  @Override
  public CompletionStage<Snapshot> snapshot(
      String channel, @Nullable Position since, Retention retention) {
    throw new UnsupportedOperationException("a hub asks for no snapshot");
  }

  @Override
  public CompletionStage<Boolean> complete(String channel, String epoch) {
    throw new UnsupportedOperationException("a hub completes no snapshot");
  }

  @Override
  public CompletionStage<Position> publish(
      String channel, Publication publication, Retention retention) {
    throw new UnsupportedOperationException("a hub publishes nothing");
  }

  private static <T> CompletionStage<T> queued(BlockingQueue<CompletableFuture<T>> queue) {
    CompletableFuture<T> later = new CompletableFuture<>();
    queue.add(later);
    return later;
  }
}
