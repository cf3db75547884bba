package io.mooring.server.registration;

import io.mooring.registry.v1.Claim;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.Load;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Takes the server out of the registry, as far as one answers: each is tried, as the one in use may
 * be the one that has died. Confined to the registration's thread.
 */
final class Farewell {
  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long ALL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Registries registries;
  private final DeregisterRequest request;
  private final long since = System.nanoTime();
  private final CompletableFuture<Void> said = new CompletableFuture<>();

  /**
   * @param load what the registry is told of how the server ended
   */
  Farewell(Registries registries, Claim claim, Load load) {
    this.registries = registries;
    this.request = DeregisterRequest.newBuilder().setClaim(claim).setLoad(load).build();
  }

  /**
   * @return completes when a registry has answered, or none has within a second
   */
  CompletableFuture<Void> say() {
    attempt(registries.count() + 1);
    return said;
  }

  private void attempt(int tries) {
    long left = since + ALL_NANOS - System.nanoTime();
    if (tries == 0 || left <= 0) {
      said.complete(null);
      return;
    }
    registries
        .stub()
        .withDeadlineAfter(Math.min(ANSWER_NANOS, left), TimeUnit.NANOSECONDS)
        .deregister(
            request,
            new Answer<>(
                answer -> said.complete(null),
                failure -> {
                  registries.next();
                  attempt(tries - 1);
                }));
  }
}
