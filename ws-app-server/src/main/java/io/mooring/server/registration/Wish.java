package io.mooring.server.registration;

import io.grpc.Status;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.DrainRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's own wish to be drained. Confined to the registration's thread. */
final class Wish {
  private static final Logger log = LoggerFactory.getLogger(Wish.class);

  private final Registries registries;
  private final DrainRequest drain;
  private final CompletableFuture<Void> answered = new CompletableFuture<>();
  private boolean refused;

  /**
   * @param own what is asked for; its name does not matter
   */
  Wish(Registries registries, String serverId, Order own) {
    this.registries = registries;
    this.drain =
        DrainRequest.newBuilder()
            .setServerId(serverId)
            .setRate(own.rate())
            .setDeadlineMs((int) own.deadline().toMillis())
            .build();
  }

  /** Completes when a registry has taken the wish up. */
  CompletableFuture<Void> answered() {
    return answered;
  }

  /** It drains already, whoever asked for it. */
  void met() {
    answered.complete(null);
  }

  /** Asks; idempotent at the registry. */
  void ask() {
    registries
        .stub()
        .withDeadlineAfter(Session.ANSWER_MILLIS, TimeUnit.MILLISECONDS)
        .drain(drain, new Answer<DrainProgress>(progress -> met(), this::failed));
  }

  /** The answer is a stream, which the deadline ends: only what came before it counts. */
  private void failed(Throwable failure) {
    if (!answered.isDone() && !refused) {
      refused = true;
      Status status = Status.fromThrowable(failure);
      log.warn(
          "event=drain_not_granted registry={} reason=\"{} {}\" action=\"asking on\"",
          registries.address(),
          status.getCode(),
          status.getDescription());
    }
  }
}
