package io.mooring.bench.bar;

import io.mooring.cli.redis.RedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** Counts the commands that a Valkey has carried out, those inside of scripts as well. */
final class Commands implements AutoCloseable {
  private static final Pattern CALLS =
      Pattern.compile("cmdstat_(?<name>[^:]+):calls=(?<calls>\\d+)");

  private final RedisConnection connection;

  Commands(int port) {
    try {
      connection = RedisConnection.open("redis://127.0.0.1:" + port);
    } catch (IOException refused) {
      throw new UncheckedIOException("Valkey does not answer on port " + port, refused);
    }
  }

  long count() {
    try {
      return count(connection.ask("INFO", "commandstats"));
    } catch (IOException failed) {
      throw new UncheckedIOException("Valkey does not tell its commands", failed);
    }
  }

  /** Without those that ask for this. */
  static long count(String commandstats) {
    return CALLS
        .matcher(commandstats)
        .results()
        .filter(found -> !found.group("name").equals("info"))
        .mapToLong(found -> Long.parseLong(found.group("calls")))
        .sum();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
