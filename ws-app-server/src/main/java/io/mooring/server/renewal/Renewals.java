package io.mooring.server.renewal;

import io.mooring.process.Secret;
import io.mooring.token.TokenVerifier;
import io.mooring.token.Verification;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Verifies the new tokens of live sockets, one after another on a thread of its own. A loop has no
 * time for it: a signature takes up to 0.3 ms, and the key file may have to be read again. Safe for
 * use by all loops.
 */
public final class Renewals implements AutoCloseable {
  /** Verified within about a third of a second, whatever their algorithm. */
  private static final int MOST_WAITING = 1_000;

  private static final long LAST_WORDS_MILLIS = 500;

  private final TokenVerifier verifier;
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Thread.ofPlatform().name("renewals").daemon().factory());

  public Renewals(TokenVerifier verifier) {
    this.verifier = verifier;
  }

  /**
   * Completes on the thread of this class; fails with {@link BusyException}, on the caller's, if
   * too many wait.
   */
  public CompletionStage<Verification> verify(Secret token) {
    try {
      return CompletableFuture.supplyAsync(() -> verifier.verify(token.reveal()), thread);
    } catch (RejectedExecutionException full) {
      return CompletableFuture.failedFuture(new BusyException(MOST_WAITING));
    }
  }

  /** What still waits is not verified any more. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
