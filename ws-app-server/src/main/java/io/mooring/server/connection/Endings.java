package io.mooring.server.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The last {@value #REMEMBERED} connections that ended. Safe for all threads. */
final class Endings {
  static final int REMEMBERED = 1_000;

  private final ArrayDeque<Ended> newestFirst = new ArrayDeque<>(REMEMBERED);

  synchronized void add(Ended ended) {
    if (newestFirst.size() == REMEMBERED) {
      newestFirst.removeLast();
    }
    newestFirst.addFirst(ended);
  }

  synchronized List<Ended> newestFirst() {
    return new ArrayList<>(newestFirst);
  }
}
