package io.mooring.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvoyStoreTest extends EmptyRegistry {
  @Test
  void anEnvoyThatWentOverToAnotherReplicaIsNotSaidToBeGone() {
    registry.envoys.report("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    registry.envoys.reportGone(
        "edge-1", "control-1", "replica=control-1 beat=2 revision=7 connected=0");
    assertEquals(
        Map.of("edge-1", "replica=control-1 beat=2 revision=7 connected=0"), registry.envoys.all());

    registry.envoys.report("edge-1", "replica=control-10 beat=1 revision=7 connected=1");
    registry.envoys.reportGone(
        "edge-1", "control-1", "replica=control-1 beat=3 revision=7 connected=0");
    assertEquals(
        Map.of("edge-1", "replica=control-10 beat=1 revision=7 connected=1"),
        registry.envoys.all());
  }

  @Test
  void anEnvoyIsForgottenOnlyAsItWasSeen() {
    registry.envoys.report("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    registry.envoys.forget("edge-1", "replica=control-1 beat=0 revision=7 connected=1");
    assertEquals(
        Map.of("edge-1", "replica=control-1 beat=1 revision=7 connected=1"), registry.envoys.all());

    registry.envoys.forget("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    assertEquals(Map.of(), registry.envoys.all());
  }
}
