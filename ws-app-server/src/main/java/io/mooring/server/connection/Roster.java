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
 * The connections of this server as seen from outside their loops: each loop is asked by a message,
 * and none of them waits. Safe for all threads but the loops.
 */
public final class Roster {
  private final Connections connections;

  public Roster(Connections connections) {
    this.connections = connections;
  }

  /**
   * Some of those that were asked for.
   *
   * @param total how many there are
   */
  public record Page<R>(int total, List<R> rows) {}

  /**
   * The live connections, in no order. Waits for the loops that hold them.
   *
   * @param patience how long a loop may take to answer
   * @throws TimeoutException if one takes longer
   */
  public Page<ConnectionView> live(Selection selection, Duration patience)
      throws TimeoutException, InterruptedException {
    Map<Loop, List<Connection>> chosen = new HashMap<>();
    int total = 0;
    for (Connection connection : connections.all()) {
      if (selection.includes(connection)) {
        if (total < selection.limit()) {
          chosen.computeIfAbsent(connection.loop(), loop -> new ArrayList<>()).add(connection);
        }
        total++;
      }
    }
    List<CompletableFuture<List<ConnectionView>>> answers = new ArrayList<>();
    chosen.forEach(
        (loop, held) ->
            answers.add(
                CompletableFuture.supplyAsync(
                    () -> held.stream().map(Connection::view).toList(), loop.executor())));
    return new Page<>(total, joined(answers, patience));
  }

  /** Those of the last connections to end, newest first. */
  public Page<Ended> ended(Selection selection) {
    List<Ended> matching =
        connections.endings().newestFirst().stream()
            .filter(ended -> selection.includes(ended.last()))
            .toList();
    return new Page<>(
        matching.size(), matching.subList(0, Math.min(selection.limit(), matching.size())));
  }

  private static List<ConnectionView> joined(
      List<CompletableFuture<List<ConnectionView>>> answers, Duration patience)
      throws TimeoutException, InterruptedException {
    try {
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new IllegalStateException("a loop could not tell of its connections", failed);
    }
    return answers.stream().flatMap(answer -> answer.join().stream()).toList();
  }
}
