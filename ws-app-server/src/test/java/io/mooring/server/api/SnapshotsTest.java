package io.mooring.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.mooring.server.history.Position;
import io.mooring.server.history.Retention;
import io.mooring.server.history.Snapshot;
import io.mooring.server.history.UnavailableException;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private final Gated log = new Gated();
  private final Snapshots snapshots =
      new Snapshots(
          log,
          new Room(256 << 20, 10),
          snapshot -> new Snapshots.Page("" + snapshot.position().off(), new byte[0]));

  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Test
  void readsOnceForAllWhoAskAtTheSamePosition() throws Exception {
    log.top = at(5);
    Future<Snapshots.Page> first = threads.submit(this::read);
    CompletableFuture<Snapshot> answer = log.next();
    Future<Snapshots.Page> second = threads.submit(this::read);
    Awaitility.await().until(() -> log.tops == 2);

    // Whether it has come to the read yet or not.
    CompletableFuture<Snapshot> another = log.reads.poll(200, TimeUnit.MILLISECONDS);
    assertEquals(null, another);
    answer.complete(snapshot(5));

    assertSame(first.get(5, TimeUnit.SECONDS), second.get(5, TimeUnit.SECONDS));
  }

  @Test
  void answersNobodyWithAReadThatBeganBeforeWhatTheyMayHaveSeen() throws Exception {
    log.top = at(5);
    Future<Snapshots.Page> first = threads.submit(this::read);
    CompletableFuture<Snapshot> early = log.next();
    log.top = at(6);
    Future<Snapshots.Page> second = threads.submit(this::read);
    CompletableFuture<Snapshot> late = log.next();

    late.complete(snapshot(6));
    early.complete(snapshot(5));

    assertNotSame(first.get(5, TimeUnit.SECONDS), second.get(5, TimeUnit.SECONDS));
    assertEquals("6", second.get().tag());
  }

  @Test
  void readsAnewAfterOneThatFailed() throws Exception {
    log.top = at(5);
    Future<Snapshots.Page> first = threads.submit(this::read);
    log.next().completeExceptionally(new UnavailableException("away", null));
    assertThrows(ExecutionException.class, () -> first.get(5, TimeUnit.SECONDS));

    Future<Snapshots.Page> second = threads.submit(this::read);
    log.next().complete(snapshot(5));

    assertEquals("5", second.get(5, TimeUnit.SECONDS).tag());
  }

  private Snapshots.Page read() throws InterruptedException {
    return snapshots.read("demo.room", null, Retention.DEFAULT);
  }

  private static Position at(long off) {
    return new Position("e", off, off * 10);
  }

  private static Snapshot snapshot(long off) {
    return new Snapshot(at(off), true, true, new TreeMap<>());
  }

  private static final class Gated extends SnapshotsOnly {
    final BlockingQueue<CompletableFuture<Snapshot>> reads = new LinkedBlockingQueue<>();
    volatile Position top = at(0);
    volatile int tops;

    CompletableFuture<Snapshot> next() throws InterruptedException {
      CompletableFuture<Snapshot> read = reads.poll(5, TimeUnit.SECONDS);
      if (read == null) {
        throw new AssertionError("the log was not read");
      }
      return read;
    }

    @Override
    public synchronized CompletionStage<Position> top(String channel, Retention retention) {
      tops++;
      return CompletableFuture.completedFuture(top);
    }

    @Override
    public CompletionStage<Snapshot> snapshot(
        String channel, @Nullable Position since, Retention retention) {
      CompletableFuture<Snapshot> later = new CompletableFuture<>();
      reads.add(later);
      return later;
    }
  }
}
