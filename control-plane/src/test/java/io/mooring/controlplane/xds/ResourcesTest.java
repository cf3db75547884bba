package io.mooring.controlplane.xds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import io.mooring.process.HostPort;
import io.mooring.registry.Address;
import io.mooring.registry.ServerState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Versions follow content: the same state has the same version in every control plane. */
class ResourcesTest {
  private static final EdgeConfig CONFIG = Edge.config(new HostPort("127.0.0.1", 7120));

  private static Resources listeners(String id, boolean tls) {
    EnvoyNode node = new EnvoyNode(id, "127.0.0.1", OptionalInt.of(8443), OptionalInt.of(8080));
    return Resources.of(Listeners.all(node, tls), Listener::getName);
  }

  @Test
  void buildingTheSameTwiceGivesTheSameBytesAndVersions() {
    assertEquals(Snapshot.of(CONFIG, Optional.empty()), Snapshot.of(CONFIG, Optional.empty()));
    assertEquals(listeners("edge-1", true), listeners("edge-1", true));
  }

  /**
   * A deployed Envoy holds this version. If it changes here, upgrading the control plane finds all
   * Envoys with another listener and holds the change back until each is restarted, because it
   * would cut every live socket. Change it only with that in mind, and say so in the changelog.
   */
  @Test
  void theListenersOfARunningEnvoyAreWhatTheyWere() {
    assertEquals("7e9996754492e9a8be1b0cc3", listeners("edge-1", true).version());
  }

  @Test
  void anyHandshakeRateIsKeptByWholeTokens() {
    for (int rate : new int[] {1, 7, 20, 39, 5_000, 1_000_000}) {
      TokenBucket bucket = Routes.handshakeRate(rate).getTokenBucket();
      double seconds =
          bucket.getFillInterval().getSeconds() + bucket.getFillInterval().getNanos() / 1e9;

      assertEquals(rate, bucket.getTokensPerFill().getValue() / seconds, rate * 1e-6);
      assertTrue(seconds >= 0.05, "Envoy refuses to fill more often: " + seconds);
    }
  }

  @Test
  void anAddedTlsListenerLeavesTheOtherAsItIs() {
    assertEquals(
        listeners("edge-1", false).byName().get("ws"),
        listeners("edge-1", true).byName().get("ws"));
  }

  @Test
  void eachEnvoyHasAListenerOfItsOwn() {
    assertNotEquals(listeners("edge-1", true), listeners("edge-2", true));
  }

  @Test
  void aChangeOfServersChangesTheEndpointsOnly() {
    Snapshot before = Snapshot.of(CONFIG, Optional.empty());

    Snapshot after =
        before.withServers(
            Edge.view(
                1, Edge.server("app-1", "app", ServerState.ACTIVE, new Address("127.0.0.1", 7200))),
            "app");

    assertSame(before.clusters(), after.clusters());
    assertSame(before.routes(), after.routes());
    assertSame(before.secrets(), after.secrets());
    assertEquals(
        List.of(Clusters.API, Clusters.WS),
        List.copyOf(after.endpoints().orElseThrow().byName().keySet()));
  }
}
