package io.mooring.server.presence;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What is asked for in one call is so much that others need not wait long for it. */
final class Portions {
  /** Users or rooms. */
  static final int SIZE = 300;

  private Portions() {}

  static List<List<String>> of(Collection<String> all) {
    List<String> list = List.copyOf(all);
    List<List<String>> portions = new ArrayList<>();
    for (int from = 0; from < list.size(); from += SIZE) {
      portions.add(list.subList(from, Math.min(list.size(), from + SIZE)));
    }
    return portions;
  }

  /** Does something with one portion after the other. */
  static CompletionStage<Void> each(
      Collection<String> all, Function<List<String>, CompletionStage<Void>> task) {
    return inTurn(of(all), task);
  }

  /** Does something with one after the other, though some fail: then all of it fails at the end. */
  static <T> CompletionStage<Void> eachAlone(
      Collection<T> all, Function<? super T, CompletionStage<Void>> task) {
    CompletionStage<Void> done = CompletableFuture.completedStage(null);
    for (T one : all) {
      done =
          done.handle((before, failure) -> failure)
              .thenCompose(
                  failure ->
                      failure == null
                          ? task.apply(one)
                          : task.apply(one)
                              .handle(
                                  (now, another) -> CompletableFuture.<Void>failedStage(failure))
                              .thenCompose(failed -> failed));
    }
    return done;
  }

  static <T> CompletionStage<Void> inTurn(
      Collection<T> all, Function<? super T, CompletionStage<Void>> task) {
    CompletionStage<Void> done = CompletableFuture.completedStage(null);
    for (T one : all) {
      done = done.thenCompose(before -> task.apply(one));
    }
    return done;
  }
}
