package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvoyStoreTest {
  @TempDir static Path folder;
  private static Registry registry;
  private static EnvoyStore store;

  @BeforeAll
  static void start() {
    registry = new Registry(folder);
    store = registry.envoys;
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @BeforeEach
  void empty() {
    registry.call(redis -> redis.flushall());
  }

  @Test
  void anEnvoyThatWentOverToAnotherReplicaIsNotSaidToBeGone() {
    store.report("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    store.reportGone("edge-1", "control-1", "replica=control-1 beat=2 revision=7 connected=0");
    assertEquals(Map.of("edge-1", "replica=control-1 beat=2 revision=7 connected=0"), store.all());

    store.report("edge-1", "replica=control-10 beat=1 revision=7 connected=1");
    store.reportGone("edge-1", "control-1", "replica=control-1 beat=3 revision=7 connected=0");
    assertEquals(Map.of("edge-1", "replica=control-10 beat=1 revision=7 connected=1"), store.all());
  }

  @Test
  void anEnvoyIsForgottenOnlyAsItWasSeen() {
    store.report("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    store.forget("edge-1", "replica=control-1 beat=0 revision=7 connected=1");
    assertEquals(Map.of("edge-1", "replica=control-1 beat=1 revision=7 connected=1"), store.all());

    store.forget("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    assertEquals(Map.of(), store.all());
  }
}
