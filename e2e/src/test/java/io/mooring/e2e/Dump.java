package io.mooring.e2e;

import io.mooring.cli.redis.RedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What a tier's Valkey had on its disk at one moment.
 *
 * @param data where Valkey looks for it
 * @param aside where it is kept
 */
record Dump(Path data, Path aside) {
  /** Keeps what Valkey has acknowledged so far. */
  static Dump of(Tier tier) throws IOException {
    Dump dump = new Dump(tier.state().resolve("data/valkey"), tier.state().resolve("older"));
    try (RedisConnection redis = tier.redis()) {
      redis.ask("WAITAOF", "1", "0", "1000");
    }
    copy(dump.data, dump.aside);
    return dump;
  }

  /** Valkey, which does not run meanwhile, will find this and nothing later. */
  void restore() throws IOException {
    delete(data);
    copy(aside, data);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (UncheckedIOException vanished) {
      throw vanished.getCause();
    }
  }
}
