package io.mooring.server.history;

import java.util.concurrent.CompletionException;

/** What a stage failed with. */
public final class Failure {
  private Failure() {}

  /** The failure itself, where a stage has wrapped it on its way. */
  public static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
