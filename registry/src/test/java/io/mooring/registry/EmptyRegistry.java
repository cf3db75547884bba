package io.mooring.registry;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** For tests that share one Valkey, each of which finds an empty registry there. */
abstract class EmptyRegistry {
  @TempDir static Path folder;
  static Registry registry;
  static RegistryStore store;

  @BeforeAll
  static void start() {
    registry = new Registry(folder);
    store = registry.store;
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @BeforeEach
  void empty() {
    registry.call(redis -> redis.flushall());
  }
}
