package io.mooring.e2e.crowd;

import java.util.ArrayList;
import java.util.List;

/**
 * What went wrong in the clients' own code: no ending of a socket, and nothing that the tier did.
 * Belongs to the crowd's loop, which would only log them.
 */
final class Mistakes {
  private static final int MOST = 10;

  private final List<Throwable> made = new ArrayList<>();

  void add(Throwable mistake) {
    if (made.size() < MOST) {
      made.add(mistake);
    }
  }

  /** The same task for a loop: what it throws is remembered, and it runs again the next time. */
  Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error mistake) {
        add(mistake);
      }
    };
  }

  List<Throwable> made() {
    return List.copyOf(made);
  }

  /** Fails the test that runs the clients, if they made any. */
  static void rethrow(List<Throwable> made) {
    if (!made.isEmpty()) {
      AssertionError failed =
          new AssertionError("the clients of this test made mistakes", made.getFirst());
      made.stream().skip(1).forEach(failed::addSuppressed);
      throw failed;
    }
  }
}
