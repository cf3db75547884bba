package io.mooring.controlplane.leader;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.Tier;
import io.mooring.registry.Claim;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.Fence;
import io.mooring.registry.ServerState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that share a real Valkey, each with a clock that the test moves. */
class LeadershipTest {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration BEAT = Duration.ofSeconds(1);

  /** A replica of which the test decides when it takes its turn. */
  private final class Replica {
    final AtomicLong clock = new AtomicLong(1);
    final Leadership leadership;

    Replica(String name) {
      leadership = new Leadership(tier.election(), name, clock::get);
    }

    Duration turn() {
      return leadership.turn();
    }

    /** Takes a turn every 250 ms, the last one when the time is over. */
    void live(Duration time) {
      for (long left = time.toMillis(); left > 0; left -= 250) {
        pass(Duration.ofMillis(Math.min(left, 250)));
        turn();
      }
    }

    void pass(Duration time) {
      clock.addAndGet(time.toNanos());
    }

    Optional<Fence> fence() {
      return leadership.fence();
    }
  }

  @TempDir Path folder;
  private Tier tier;
  private Replica one;
  private Replica two;

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    one = new Replica("control-1");
    two = new Replica("control-2");
  }

  @AfterEach
  void stop() {
    tier.close();
  }

  @Test
  void theFirstLeadsAtOnceAndTheOthersKnowIt() {
    assertEquals(BEAT, leads(one));
    assertEquals(LOOK, two.turn());

    assertEquals(Optional.of(new Fence("control-1", 1)), one.fence());
    assertEquals(Optional.empty(), two.fence());
    assertEquals(one.fence(), one.leadership.leader());
    assertEquals(one.fence(), two.leadership.leader());
  }

  @Test
  void nobodyTakesOverFromALeaderThatBeats() {
    one.turn();
    for (int second = 0; second < 20; second++) {
      one.pass(BEAT);
      one.turn();
      two.live(BEAT);
    }

    assertEquals(Optional.of(new Fence("control-1", 1)), one.fence());
    assertEquals(Optional.empty(), two.fence());
  }

  @Test
  void aDeadLeaderIsFollowedAfterFiveSeconds() {
    one.turn();
    two.turn();

    two.live(Duration.ofMillis(4_999));
    assertEquals(Optional.empty(), two.fence());

    two.live(Duration.ofMillis(1));
    assertEquals(Optional.of(new Fence("control-2", 2)), two.fence());
  }

  @Test
  void aLeaderThatClosesIsFollowedAtOnce() {
    one.turn();
    two.turn();

    one.leadership.close();
    assertEquals(Optional.empty(), one.fence());
    two.turn();

    assertEquals(Optional.of(new Fence("control-2", 2)), two.fence());
  }

  @Test
  void aReplicaThatStartsAgainTakesUpItsFormerLifeAtOnce() {
    one.turn();

    Replica again = new Replica("control-1");
    again.turn();

    assertEquals(Optional.of(new Fence("control-1", 2)), again.fence());
    one.turn();
    assertEquals(Optional.empty(), one.fence());
  }

  @Test
  void ofTwoThatTakeOverAtOnceOneLeads() {
    new Replica("control-3").turn();
    one.turn();
    two.turn();
    one.pass(Duration.ofSeconds(1));
    two.pass(Duration.ofSeconds(1));

    one.live(Duration.ofSeconds(4));
    two.live(Duration.ofSeconds(4));

    assertEquals(Optional.of(new Fence("control-1", 2)), one.fence());
    assertEquals(Optional.empty(), two.fence());
  }

  @Test
  void aLeaderThatStoodStillActsNoMoreAndFindsItselfDeposed() {
    one.turn();
    two.turn();
    Fence frozen = one.fence().orElseThrow();
    Claim claim = tier.admit("app-1", 7201);
    two.live(Duration.ofSeconds(6));

    one.pass(Duration.ofSeconds(30));

    assertEquals(Optional.empty(), one.fence(), "before it has asked anybody");
    Map<String, String> before = hash("app-1");
    assertFalse(tier.store().transition(frozen, claim, ServerState.WARMING, ServerState.ACTIVE));
    tier.store().requestDrain("app-1", DrainSpec.DEFAULT);
    assertFalse(tier.store().beginDrain(frozen, claim, DrainSpec.DEFAULT));
    tier.store().withdrawDrain("app-1");
    assertFalse(tier.store().suspect(frozen, claim, "1"));
    assertFalse(tier.store().expire(frozen, claim, "1"));
    assertFalse(tier.store().restored(frozen, 100, newestMark()));
    assertEquals(before, hash("app-1"));
    assertEquals(LOOK, follows(one));
    assertEquals(Optional.of(new Fence("control-2", 2)), one.leadership.leader());
    assertTrue(
        tier.store()
            .transition(two.fence().orElseThrow(), claim, ServerState.WARMING, ServerState.ACTIVE));
  }

  @Test
  void aFollowerThatStoodStillWatchesAnew() {
    one.turn();
    two.turn();

    two.pass(Duration.ofSeconds(30));
    two.turn();
    assertEquals(Optional.empty(), two.fence());

    two.live(Duration.ofSeconds(5));
    assertEquals(Optional.of(new Fence("control-2", 2)), two.fence());
  }

  @Test
  void aLeaderWithoutRedisActsNoMoreAfterFourSecondsAndGoesOnWhenItIsBack() {
    one.turn();
    two.turn();
    tier.valkey().close();

    one.pass(Duration.ofMillis(3_999));
    assertTrue(one.fence().isPresent());
    one.pass(Duration.ofMillis(1));
    assertEquals(Optional.empty(), one.fence());
    assertEquals(LOOK, one.turn());
    two.live(Duration.ofSeconds(60));
    assertEquals(Optional.empty(), two.fence());

    tier.startValkeyAgain();
    await()
        .until(
            () -> {
              one.turn();
              return one.fence().isPresent();
            });
    two.turn();
    assertEquals(Optional.of(new Fence("control-1", 1)), one.fence());
    assertEquals(Optional.empty(), two.fence());
  }

  @Test
  void aFlushedRegistryHasItsLeaderBackWithTheNextBeat() {
    new Replica("control-3").turn();
    one.turn();
    one.live(Duration.ofSeconds(5));
    two.turn();
    assertEquals(2, one.fence().orElseThrow().number());

    tier.redis(redis -> redis.flushall());
    two.live(Duration.ofSeconds(2));
    assertEquals(Optional.empty(), two.fence(), "it knows of a leader");
    one.turn();

    assertEquals(new Fence("control-1", 2), one.fence().orElseThrow());
    assertEquals("control-1", leaderHash().get("holder"));
    assertEquals("2", leaderHash().get("fence"));
  }

  @Test
  void aLeaderThatDiedWithTheRegistryIsFollowedByAHigherFence() {
    new Replica("control-3").turn();
    one.turn();
    one.live(Duration.ofSeconds(5));
    two.turn();

    tier.redis(redis -> redis.flushall());
    two.live(Duration.ofSeconds(6));

    assertEquals(Optional.of(new Fence("control-2", 3)), two.fence());
    one.turn();
    assertEquals(Optional.empty(), one.fence());
  }

  @Test
  void inARegistryFromAnOlderDumpTheHighestFenceLeadsAgain() {
    one.turn();
    Map<String, String> dump = leaderHash();
    two.turn();
    two.live(Duration.ofSeconds(5));
    one.pass(Duration.ofSeconds(5));
    one.turn();
    assertEquals(Optional.empty(), one.fence());

    tier.redis(
        redis -> {
          redis.flushall();
          return redis.hset("{mooring}:leader", dump);
        });
    one.live(Duration.ofSeconds(2));
    two.turn();

    assertEquals(Optional.of(new Fence("control-2", 2)), two.fence());
    one.live(Duration.ofSeconds(2));
    assertEquals(Optional.empty(), one.fence());
    assertEquals(Optional.of(new Fence("control-2", 2)), one.leadership.leader());
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "5.0", "0x10", "1e3", "inf", "-7", ""})
  void whatSomebodyWroteThereByHandIsOvertaken(String fence) {
    tier.redis(
        redis ->
            redis.hset("{mooring}:leader", Map.of("holder", "me", "fence", fence, "beat", "soon")));

    one.turn();
    one.live(Duration.ofSeconds(5));

    assertEquals(Optional.of(new Fence("control-1", 1)), one.fence());
    assertEquals(Map.of("holder", "control-1", "fence", "1", "beat", "1"), leaderHash());
  }

  @Test
  void aKeyOfAnotherTypeIsTakenBackByTheNextBeat() {
    leads(one);
    tier.redis(redis -> redis.del("{mooring}:leader"));
    tier.redis(redis -> redis.set("{mooring}:leader", "me"));

    assertEquals(LOOK, two.turn());
    assertEquals(BEAT, one.turn());
    two.turn();

    assertEquals(one.fence(), two.leadership.leader());
    assertEquals(Map.of("holder", "control-1", "fence", "1", "beat", "1"), leaderHash());
  }

  @Test
  void ofTwoThatRunOneLeadsUntilItCloses() {
    try (Leadership first = new Leadership(tier.election(), "control-8").start();
        Leadership second = new Leadership(tier.election(), "control-9")) {
      await().until(() -> first.fence().isPresent());
      second.start();
      await().until(() -> second.leader().isPresent());
      assertEquals(Optional.empty(), second.fence());

      first.close();

      await().until(() -> second.fence().isPresent());
    }
    assertEquals("", leaderHash().get("holder"));
  }

  /** The first turn takes over, the second beats. */
  private static Duration leads(Replica replica) {
    replica.turn();
    return replica.turn();
  }

  /** The first turn finds itself deposed, the second looks. */
  private static Duration follows(Replica replica) {
    replica.turn();
    return replica.turn();
  }

  private Map<String, String> hash(String id) {
    return tier.redis(redis -> redis.hgetall("{mooring}:server:" + id));
  }

  private String newestMark() {
    return tier.redis(redis -> redis.hget("{mooring}:meta", "tag"));
  }

  private Map<String, String> leaderHash() {
    return tier.redis(redis -> redis.hgetall("{mooring}:leader"));
  }
}
