package io.mooring.controlplane.lease;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.Tier;
import io.mooring.registry.Claim;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Fence;
import io.mooring.registry.Redis;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases in a real Valkey, by a clock that the test moves. */
class ReaperTest {
  @TempDir Path folder;
  private final AtomicLong clock = new AtomicLong(1);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Tier tier;
  private Reaper reaper;
  private Optional<Fence> leading = Optional.of(Tier.FENCE);

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    tier.follower().start();
    reaper =
        new Reaper(
            tier.store(),
            tier.follower(),
            () -> leading,
            Duration.ofSeconds(10),
            meters,
            clock::get);
  }

  @AfterEach
  void stop() {
    tier.close();
  }

  @Test
  void aServerThatStopsRenewingIsOutWithinTwelveSeconds() {
    Claim alive = tier.admitActive("app-1", 7201);
    tier.admitActive("app-2", 7202);
    awaitServers("app-1", "app-2");
    reaper.pass();

    for (int second = 1; second <= 10; second++) {
      tier.store().renew(alive, "");
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      reaper.pass();
      assertEquals(Set.of("app-1", "app-2"), tier.store().beats().keySet());
    }
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    reaper.pass();

    awaitServers("app-1");
    assertEquals("GONE", tier.redis(redis -> redis.hget("{mooring}:server:app-2", "state")));
  }

  @Test
  void theReaperComesBackWhenTheNextLeaseEnds() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");

    assertEquals(Duration.ofSeconds(1), reaper.pass());
    elapse(Duration.ofMillis(9_700));
    assertEquals(Duration.ofMillis(301), reaper.pass());
  }

  @Test
  void aProcessThatHasJustStartedEndsNoLeaseForOneTtl() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    clock.addAndGet(TimeUnit.HOURS.toNanos(1));

    reaper.pass();
    elapse(Duration.ofSeconds(10));
    reaper.pass();

    assertEquals(Set.of("app-1"), tier.store().beats().keySet());
  }

  @Test
  void noLeaseEndsWhileRedisIsAwayNorForOneTtlAfterwards() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();
    tier.valkey().close();

    clock.addAndGet(TimeUnit.MINUTES.toNanos(15));
    reaper.pass();
    tier.startValkeyAgain();
    await()
        .untilAsserted(
            () -> {
              reaper.pass();
              assertEquals(1.0, meters.get("mooring.leases").gauge().value());
              assertEquals(Set.of("app-1"), tier.store().beats().keySet());
            });
    elapse(Duration.ofSeconds(10));
    reaper.pass();
    awaitServers("app-1");

    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    reaper.pass();
    awaitServers();
  }

  @Test
  void aControlPlaneThatStoodStillEndsNoLeaseForOneTtl() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();

    clock.addAndGet(TimeUnit.SECONDS.toNanos(30));
    reaper.pass();
    elapse(Duration.ofSeconds(10));
    reaper.pass();
    assertEquals(Set.of("app-1"), tier.store().beats().keySet());

    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    reaper.pass();
    awaitServers();
  }

  @Test
  void theCounterFieldsThemselvesMeanNothing() {
    Claim claim = tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();

    tier.redis(redis -> redis.del("{mooring}:beats"));
    reaper.pass();
    awaitServers("app-1");

    elapse(Duration.ofSeconds(9));
    tier.store().renew(claim, "");
    reaper.pass();
    elapse(Duration.ofSeconds(9));
    reaper.pass();
    awaitServers("app-1");
  }

  @Test
  void aFlushedRegistryIsWrittenBackAndEveryLeaseGetsAFullTtl() {
    tier.admitActive("app-1", 7201);
    tier.admitActive("app-2", 7202);
    awaitServers("app-1", "app-2");
    reaper.pass();
    String before = tier.follower().view().incarnation();
    elapse(Duration.ofSeconds(9));

    tier.redis(redis -> redis.flushall());
    await().until(() -> !tier.follower().kept().isEmpty());
    reaper.pass();

    await().until(() -> tier.follower().kept().isEmpty());
    awaitServers("app-1", "app-2");
    assertTrue(!tier.follower().view().incarnation().equals(before));
    elapse(Duration.ofSeconds(10));
    reaper.pass();
    awaitServers("app-1", "app-2");
  }

  @Test
  void aReplicaThatDoesNotLeadTakesNobodyOut() {
    leading = Optional.empty();
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();

    elapse(Duration.ofSeconds(60));
    reaper.pass();

    assertFalse(tier.follower().view().server("app-1").orElseThrow().suspect());
    assertEquals(Set.of("app-1"), tier.store().beats().keySet());
  }

  @Test
  void aNewLeaderGivesEveryLeaseAFullTtl() {
    leading = Optional.empty();
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();
    elapse(Duration.ofSeconds(60));

    leading = Optional.of(Tier.FENCE);
    reaper.pass();
    elapse(Duration.ofSeconds(10));
    reaper.pass();
    assertEquals(Set.of("app-1"), tier.store().beats().keySet());

    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    reaper.pass();
    awaitServers();
  }

  @Test
  void aLeaderThatWasDeposedMeanwhileTakesNobodyOut() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    reaper.pass();
    tier.redis(
        redis -> redis.hset("{mooring}:leader", Map.of("holder", "control-2", "fence", "2")));

    elapse(Duration.ofSeconds(12));
    reaper.pass();

    assertFalse(tier.follower().view().server("app-1").orElseThrow().suspect());
    assertEquals(Set.of("app-1"), tier.store().beats().keySet());
  }

  @Test
  void aReplicaThatDoesNotLeadWritesItsMemoryBackAsWell() {
    leading = Optional.empty();
    Claim claim = tier.admitActive("app-1", 7201);
    tier.store().requestDrain("app-1", DrainSpec.DEFAULT);
    tier.store().beginDrain(Tier.FENCE, claim, DrainSpec.DEFAULT);
    await().until(() -> state("app-1").equals(Optional.of(ServerState.DRAINING)));

    tier.redis(redis -> redis.flushall());
    await().until(() -> !tier.follower().kept().isEmpty());
    reaper.pass();

    await().until(() -> tier.follower().kept().isEmpty());
    assertEquals("DRAINING", tier.redis(redis -> redis.hget("{mooring}:server:app-1", "state")));
    assertEquals(Set.of("app-1"), tier.store().drainRequests(Set.of("app-1")).keySet());
  }

  @Test
  void aServerThatComesBackBeforeTheMemoryIsNotThrownBackToWarming() {
    Claim before = tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));

    tier.redis(redis -> redis.flushall());
    Claim after = tier.admit("app-1", 7201);
    await().until(() -> !tier.follower().view().incarnation().equals(before.incarnation()));
    assertEquals(Optional.of(ServerState.ACTIVE), state("app-1"));
    reaper.pass();

    await().until(() -> tier.follower().kept().isEmpty());
    assertEquals(Optional.of(ServerState.ACTIVE), state("app-1"));
    assertInstanceOf(Standing.Held.class, tier.store().renew(after, ""));
  }

  @Test
  void whatOnlyAReaderRemembersIsGoneOneTtlAfterTheRestoration() {
    tier.admitActive("app-1", 7201);
    awaitServers("app-1");
    try (Redis redis = new Redis(tier.valkey().url());
        RegistryFollower fresh = new RegistryFollower(redis)) {
      tier.redis(valkey -> valkey.flushall());
      await().until(() -> tier.follower().kept().equals(Set.of("app-1")));
      fresh.start();
      await().until(fresh::synced);
      Claim second = tier.admit("app-2", 7202);
      await().until(() -> fresh.view().server("app-2").isPresent());
      reaper =
          new Reaper(
              tier.store(), fresh, () -> leading, Duration.ofSeconds(10), meters, clock::get);

      for (int seconds = 0; seconds < 10; seconds++) {
        tier.store().renew(second, "");
        reaper.pass();
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      }
      awaitServers("app-1", "app-2");
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      tier.store().renew(second, "");
      reaper.pass();

      awaitServers("app-2");
    }
  }

  @Test
  void manyLeasesThatEndAtOnceFreezeRemovalsAndMakeTheServersSuspect() throws IOException {
    try (ServerSocket one = Tier.listen();
        ServerSocket two = Tier.listen()) {
      tier.admitActive("app-1", one.getLocalPort());
      tier.admitActive("app-2", two.getLocalPort());
      awaitServers("app-1", "app-2");
      reaper.pass();

      elapse(Duration.ofSeconds(11));
      for (int i = 0; i < 5; i++) {
        assertEquals(Duration.ofMillis(250), reaper.pass());
      }

      await().until(() -> tier.follower().view().servers().stream().allMatch(Server::suspect));
      assertEquals(1.0, meters.get("mooring.removals.frozen").gauge().value());
      awaitServers("app-1", "app-2");
    }
  }

  @Test
  void aSuspectThatRefusesThreeTimesWhileAnotherAnswersIsRemovedDespiteTheFreeze()
      throws IOException {
    try (ServerSocket answers = Tier.listen()) {
      tier.admitActive("app-1", answers.getLocalPort());
      tier.admitActive("app-2", Tier.closedPort());
      awaitServers("app-1", "app-2");
      reaper.pass();

      elapse(Duration.ofSeconds(11));
      reaper.pass();
      reaper.pass();
      assertEquals(Set.of("app-1", "app-2"), tier.store().beats().keySet());
      reaper.pass();

      awaitServers("app-1");
    }
  }

  @Test
  void whenNobodyAnswersARefusalProvesNothing() {
    tier.admitActive("app-1", Tier.closedPort());
    tier.admitActive("app-2", Tier.closedPort());
    awaitServers("app-1", "app-2");
    reaper.pass();

    elapse(Duration.ofSeconds(11));
    for (int i = 0; i < 5; i++) {
      reaper.pass();
    }

    awaitServers("app-1", "app-2");
  }

  @Test
  void anOperatorLiftsAFreezeOnce() throws IOException {
    try (ServerSocket port = Tier.listen()) {
      tier.admitActive("app-1", port.getLocalPort());
      tier.admitActive("app-2", port.getLocalPort());
      awaitServers("app-1", "app-2");
      reaper.pass();
      tier.redis(redis -> redis.hset("{mooring}:meta", "freeze", "lifted"));
      elapse(Duration.ofSeconds(11));
      reaper.pass();
      assertEquals(1.0, meters.get("mooring.removals.frozen").gauge().value());
      awaitServers("app-1", "app-2");

      tier.redis(redis -> redis.hset("{mooring}:meta", "freeze", "lifted"));
      reaper.pass();
      awaitServers();
      reaper.pass();

      assertEquals(0.0, meters.get("mooring.removals.frozen").gauge().value());
    }
  }

  @Test
  void aFreezeEndsWhenTheServersRenewAgain() throws IOException {
    try (ServerSocket port = Tier.listen()) {
      Claim one = tier.admitActive("app-1", port.getLocalPort());
      Claim two = tier.admitActive("app-2", port.getLocalPort());
      awaitServers("app-1", "app-2");
      reaper.pass();
      elapse(Duration.ofSeconds(11));
      reaper.pass();

      tier.store().renew(one, "");
      tier.store().renew(two, "");
      await().until(() -> tier.follower().view().servers().stream().noneMatch(Server::suspect));
      elapse(Duration.ofSeconds(11));
      tier.store().renew(one, "");
      tier.store().renew(two, "");
      reaper.pass();

      assertEquals(0.0, meters.get("mooring.removals.frozen").gauge().value());
      awaitServers("app-1", "app-2");
    }
  }

  /** Lets time pass as it does for a reaper that polls each second; the last poll is the test's. */
  private void elapse(Duration time) {
    Duration left = time;
    while (left.compareTo(Duration.ofSeconds(1)) > 0) {
      clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
      reaper.pass();
      left = left.minusSeconds(1);
    }
    clock.addAndGet(left.toNanos());
  }

  private Optional<ServerState> state(String id) {
    return tier.follower().view().server(id).map(Server::state);
  }

  private void awaitServers(String... ids) {
    await()
        .untilAsserted(
            () -> {
              RegistryView view = tier.follower().view();
              assertEquals(Set.of(ids), view.byId().keySet());
            });
  }
}
