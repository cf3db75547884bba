package io.mooring.server.presence;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What was told of a room, in order. */
final class Told implements Watcher {
  final BlockingQueue<Moves> moves = new LinkedBlockingQueue<>();
  final BlockingQueue<Boolean> renewals = new LinkedBlockingQueue<>();

  @Override
  public void moved(Moves together) {
    moves.add(together);
  }

  @Override
  public void renewed() {
    renewals.add(true);
  }

  Moves next() throws InterruptedException {
    Moves together = moves.poll(5, TimeUnit.SECONDS);
    if (together == null) {
      throw new AssertionError("nothing was told");
    }
    return together;
  }

  /** The next moves in words: {@code +user info} or {@code -user}, until so many have come. */
  List<String> words(int count) throws InterruptedException {
    List<String> words = new ArrayList<>();
    while (words.size() < count) {
      next().moves().forEach(move -> words.add(word(move)));
    }
    return words;
  }

  private static String word(Move move) {
    return switch (move) {
      case Move.Join join -> ("+" + join.user() + " " + join.info()).strip();
      case Move.Leave leave -> "-" + leave.user();
    };
  }
}
