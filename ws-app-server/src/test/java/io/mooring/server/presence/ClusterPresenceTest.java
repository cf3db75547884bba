package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.SlotHash;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.Subscriptions;
import io.mooring.server.stand.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a node of Redis Cluster that has all slots: it refuses every call that is about two of them.
 */
class ClusterPresenceTest extends PresenceContract {
  @TempDir private static Path folder;

  private static Store store;

  private final List<RedisLink> links = new ArrayList<>();
  private final Presence presence = server(Presence.TTL);
  private final Presence brief = server(BRIEF);

  @BeforeAll
  static void startStore() throws IOException {
    store =
        Store.start(
            folder, "--cluster-enabled", "yes", "--cluster-port", Integer.toString(freePort()));
    int[] slots = IntStream.range(0, SlotHash.SLOT_COUNT).toArray();
    store.commands().clusterAddSlots(slots);
    Awaitility.await().until(() -> store.commands().clusterInfo().contains("cluster_state:ok"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  @AfterAll
  static void endStore() {
    store.close();
  }

  @AfterEach
  void end() {
    links.forEach(RedisLink::close);
  }

  @Override
  Presence presence() {
    return presence;
  }

  @Override
  Presence brief() {
    return brief;
  }

  @Test
  void refusesWhatIsAboutTwoSlots() {
    RedisCommandExecutionException refused =
        assertThrows(
            RedisCommandExecutionException.class,
            () -> store.commands().mset(Map.of("presence:ann", "app-1", "presence:bob", "app-1")));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("CROSSSLOT"), refused.toString());
  }

  private Presence server(Duration ttl) {
    RedisLink link = new RedisLink(store.uri());
    links.add(link);
    Subscriptions subscriptions = new Subscriptions(link);
    RedisPresence server = new RedisPresence(link, subscriptions, dead::millis, ttl, Presence.TTL);
    server.start();
    link.start(subscriptions);
    Awaitility.await().until(() -> link.downBecause().isEmpty());
    return server;
  }
}
