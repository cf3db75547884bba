package io.mooring.cli.clients;

import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What goes wrong and does not mend by itself: each sentence once, and not many. Any thread. */
final class Troubles {
  private static final int MOST = 20;

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Queue<String> news = new ConcurrentLinkedQueue<>();

  void add(String what) {
    if (known.size() < MOST && known.add(what)) {
      news.add(what);
    }
  }

  /** One that was not told yet. */
  Optional<String> next() {
    return Optional.ofNullable(news.poll());
  }
}
