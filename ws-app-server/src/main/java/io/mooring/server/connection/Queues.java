package io.mooring.server.connection;

import io.mooring.server.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How much waits to be written to the sockets. Each loop is asked by messages, of a few sockets
 * each, so that however many there are, nobody's message waits for the answer. Safe for all threads
 * but the loops.
 */
public final class Queues {
  /** Of so many sockets a loop is asked at once: some ten microseconds. */
  private static final int SLICE = 512;

  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connections connections;
  private final Duration patience;
  private Depth last = new Depth(0, 0);
  private long asked;
  private boolean known;

  /**
   * @param sum bytes of all
   * @param worst bytes of the one for which most waits
   */
  public record Depth(long sum, long worst) {
    Depth with(Depth other) {
      return new Depth(sum + other.sum, Math.max(worst, other.worst));
    }
  }

  /**
   * @param patience how long the loops may take to answer; after that their last answer stands
   */
  public Queues(Connections connections, Duration patience) {
    this.connections = connections;
    this.patience = patience;
  }

  /** What waits now, or up to a second ago. */
  public synchronized Depth depth() {
    long now = System.nanoTime();
    if (!known || now - asked > FRESH_NANOS) {
      asked = now;
      known = true;
      try {
        last = ask();
      } catch (TimeoutException busy) {
        // The loop's lag says so already.
        return last;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return last;
  }

  private Depth ask() throws TimeoutException, InterruptedException {
    Map<Loop, List<Connection>> slices = new HashMap<>();
    List<CompletableFuture<Depth>> answers = new ArrayList<>();
    for (Connection connection : connections.all()) {
      Loop loop = connection.loop();
      List<Connection> slice = slices.computeIfAbsent(loop, first -> new ArrayList<>());
      slice.add(connection);
      if (slice.size() == SLICE) {
        slices.remove(loop);
        answers.add(of(loop, slice));
      }
    }
    slices.forEach((loop, slice) -> answers.add(of(loop, slice)));
    try {
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("a loop could not tell of its connections", failed);
    }
    return answers.stream().map(CompletableFuture::join).reduce(new Depth(0, 0), Depth::with);
  }

  private static CompletableFuture<Depth> of(Loop loop, List<Connection> slice) {
    return CompletableFuture.supplyAsync(() -> of(slice), loop.executor());
  }

  private static Depth of(List<Connection> slice) {
    long sum = 0;
    long worst = 0;
    for (Connection connection : slice) {
      long queued = connection.queuedBytes();
      sum += queued;
      worst = Math.max(worst, queued);
    }
    return new Depth(sum, worst);
  }
}
