package io.mooring.server.api;

import io.helidon.http.Status;
import io.mooring.server.history.SnapshotFullException;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.presence.PresenceException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the log, or for presence; on a request's own virtual thread. */
final class Stages {
  private static final Logger log = LoggerFactory.getLogger(Stages.class);

  /** A stage completes within a few seconds; this is for one that never does. */
  private static final long PATIENCE_SECONDS = 10;

  private Stages() {}

  /**
   * @throws RefusedException if it could not be done
   */
  static <T> T await(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException silent) {
      throw Problem.unavailable("no answer within " + PATIENCE_SECONDS + " s").refusal();
    } catch (ExecutionException failed) {
      throw refusal(failed.getCause());
    }
  }

  private static RuntimeException refusal(@Nullable Throwable cause) {
    return switch (cause) {
      case RefusedException refused -> refused;
      case UnavailableException away -> {
        log.info("event=log_unavailable reason=\"{}\"", away.getMessage());
        yield Problem.unavailable(UnavailableException.OUTSIDE).refusal();
      }
      case PresenceException away -> {
        log.info("event=presence_unavailable reason=\"{}\"", away.getMessage());
        yield Problem.unavailable(UnavailableException.OUTSIDE).refusal();
      }
      case SnapshotFullException full ->
          Problem.of(
                  Status.CONFLICT_409,
                  "snapshot_full",
                  full.getMessage() + "; delete keys by publishing null")
              .refusal();
      case null, default -> new IllegalStateException(cause);
    };
  }
}
