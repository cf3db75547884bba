package io.mooring.bench.contender;

import io.mooring.bench.wire.Dialect;
import java.nio.file.Path;
import java.util.Optional;

/** A server that is measured. */
public interface Contender {
  /** As tables show it. */
  String name();

  Dialect dialect();

  /** Brings its program here, if it is not yet; may take minutes. */
  void fetch();

  /** Whether it is only as fast as it will be when it has worked for half a minute: a JVM. */
  boolean warmsUp();

  /**
   * Starts it, and returns when it takes clients.
   *
   * @param folder for its configuration and its log
   */
  Running start(Task task, Path folder);

  /**
   * What it is to do.
   *
   * @param servers how many processes, which share what they hear by the Redis; one without
   * @param history whether it keeps a log of each channel, and gives positions
   * @param redis {@code host:port}; empty: memory
   * @param presence whether it knows who is online, and who subscribes to a channel
   */
  record Task(int servers, boolean history, Optional<String> redis, boolean presence) {
    public static final int HISTORY_SIZE = 1_000;

    public Task {
      if (servers > 1 && redis.isEmpty()) {
        throw new IllegalArgumentException(
            "%d servers without a Redis: expected one".formatted(servers));
      }
    }

    public static Task alone(boolean history) {
      return new Task(1, history, Optional.empty(), false);
    }

    /**
     * @param port of a Redis on this machine
     */
    public static Task together(int servers, boolean history, int port) {
      return new Task(servers, history, Optional.of("127.0.0.1:" + port), false);
    }

    public Task withPresence() {
      return new Task(servers, history, redis, true);
    }
  }
}
