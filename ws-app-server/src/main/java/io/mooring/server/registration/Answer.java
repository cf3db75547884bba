package io.mooring.server.registration;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/** The answer to a unary call, or its failure. */
final class Answer<T> implements StreamObserver<T> {
  private final Consumer<T> answered;
  private final Consumer<Throwable> failed;

  Answer(Consumer<T> answered, Consumer<Throwable> failed) {
    this.answered = answered;
    this.failed = failed;
  }

  @Override
  public void onNext(T answer) {
    answered.accept(answer);
  }

  @Override
  public void onError(Throwable failure) {
    failed.accept(failure);
  }

  @Override
  public void onCompleted() {}
}
