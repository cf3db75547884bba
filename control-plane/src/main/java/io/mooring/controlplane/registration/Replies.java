package io.mooring.controlplane.registration;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.mooring.registry.RegistryUnavailableException;
import java.util.function.Supplier;

/** How a call is answered, or refused. */
final class Replies {
  private Replies() {}

  /** Answers with what is supplied, or with the status that it throws. */
  static <R> void reply(StreamObserver<R> answer, Supplier<R> response) {
    try {
      R value = response.get();
      answer.onNext(value);
      answer.onCompleted();
    } catch (RegistryUnavailableException away) {
      answer.onError(unavailable(away));
    } catch (StatusRuntimeException refused) {
      answer.onError(refused);
    }
  }

  static StatusRuntimeException unavailable(RegistryUnavailableException away) {
    return Status.UNAVAILABLE
        .withDescription(
            "the registry cannot be written now: " + away.getMessage() + "; retry with backoff")
        .withCause(away)
        .asRuntimeException();
  }
}
