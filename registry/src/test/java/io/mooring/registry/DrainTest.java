package io.mooring.registry;

import static io.mooring.registry.Registry.FENCE;
import static io.mooring.registry.ServerState.ACTIVE;
import static io.mooring.registry.ServerState.DRAINING;
import static io.mooring.registry.ServerState.WARMING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The steps of a drain in a real Valkey. */
class DrainTest extends EmptyRegistry {
  private static final DrainSpec SPEC = DrainSpec.parse("rate=20 deadline=300s");

  @Test
  void aRequestByAnyHandIsSeenAndIsNoRevision() {
    registry.admitActive("app-1", "a");
    registry.admitActive("app-2", "b");
    registry.admitActive("app-3", "c");
    long revision = revision();

    assertTrue(store.requestDrain("app-1", SPEC));
    registry.call(redis -> redis.hset("{mooring}:server:app-2", "drain", ""));

    assertEquals(
        Map.of("app-1", "rate=20 deadline=300s", "app-2", ""),
        store.drainRequests(List.of("app-1", "app-2", "app-3", "app-9")));
    assertEquals(Map.of(), store.drainRequests(List.of()));
    assertEquals(revision, revision());
  }

  @Test
  void onlyAServerThatLivesCanBeAskedToDrain() {
    Claim claim = registry.admit("app-1", "a");
    store.deregister(claim, "");

    assertFalse(store.requestDrain("app-1", SPEC));
    assertFalse(store.requestDrain("app-9", SPEC));
    assertEquals(Map.of(), store.drainRequests(List.of("app-1", "app-9")));
  }

  @Test
  void itBeginsIsReleasedAndEnds() {
    Claim claim = registry.admitActive("app-1", "a");
    store.requestDrain("app-1", SPEC);

    assertTrue(store.beginDrain(FENCE, claim, SPEC));
    Drain begun = drain();
    assertEquals(SPEC, begun.spec());
    assertFalse(begun.released());

    assertFalse(store.releaseMoves(FENCE, claim, "another"));
    assertTrue(store.releaseMoves(FENCE, claim, begun.id()));
    assertEquals(new Drain(begun.id(), SPEC, true), drain());

    assertFalse(store.endDrain(FENCE, claim), "it is still asked for");
    assertTrue(store.withdrawDrain("app-1"));
    assertFalse(store.withdrawDrain("app-1"));
    assertTrue(store.endDrain(FENCE, claim));
    assertEquals(ACTIVE, server().state());
    assertFalse(store.endDrain(FENCE, claim));
    assertEquals(
        List.of(),
        hash().keySet().stream()
            .filter(field -> field.startsWith("drain") || field.equals("move"))
            .toList());
  }

  @Test
  void aWarmingServerDrainsAsWell() {
    Claim claim = registry.admit("app-1", "a");

    registry.drain(claim, SPEC);

    assertEquals(DRAINING, server().state());
  }

  @Test
  void everyStepMayBeRepeatedWithoutARevision() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    String id = drain().id();
    store.releaseMoves(FENCE, claim, id);
    long revision = revision();

    assertFalse(store.beginDrain(FENCE, claim, SPEC));
    assertTrue(store.releaseMoves(FENCE, claim, id));

    assertEquals(revision, revision());
    assertEquals(new Drain(id, SPEC, true), drain());
  }

  @Test
  void anotherSpecChangesTheDrainThatRuns() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    String id = drain().id();
    store.releaseMoves(FENCE, claim, id);
    long revision = revision();

    DrainSpec faster = DrainSpec.parse("rate=100");
    registry.drain(claim, faster);

    assertEquals(new Drain(id, faster, true), drain());
    assertEquals(revision + 1, revision());
  }

  @Test
  void aRequestThatWasWithdrawnMeanwhileIsNotBegun() {
    Claim claim = registry.admitActive("app-1", "a");
    store.requestDrain("app-1", SPEC);
    store.withdrawDrain("app-1");

    assertFalse(store.beginDrain(FENCE, claim, SPEC));
    assertEquals(ACTIVE, server().state());
  }

  @Test
  void aRefusalStandsUntilTheNextRequest() {
    registry.admitActive("app-1", "a");
    registry.call(redis -> redis.hset("{mooring}:server:app-1", "drain", "fast"));
    long revision = revision();

    assertFalse(store.refuseDrain("app-1", "slow", "no spec"));
    assertTrue(store.refuseDrain("app-1", "fast", "no spec"));
    assertEquals(Optional.of("no spec"), store.drainError("app-1"));
    assertEquals(revision, revision());

    store.requestDrain("app-1", SPEC);
    assertEquals(Optional.empty(), store.drainError("app-1"));
  }

  @Test
  void aServerThatRegistersAgainGoesOnDraining() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    Server draining = server();

    assertEquals(
        new Admission.Admitted(claim, DRAINING),
        store.register(Registry.registration("app-1", "a", claim.generation()), 0));
    assertEquals(draining, server());
  }

  @Test
  void aServerThatLeavesHasNoDrain() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);

    store.deregister(claim, "");

    assertEquals(Optional.of(new Gone(1, true, "")), store.gone("app-1"));
    assertFalse(hash().containsKey("drain"));
    assertFalse(hash().containsKey("drain_id"));
  }

  @Test
  void aLeaseThatLapsedDoesNotCallTheDrainOff() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    String before = drain().id();
    assertTrue(store.expire(FENCE, claim, "1"));

    assertEquals(
        new Admission.Admitted(claim, WARMING),
        store.register(Registry.registration("app-1", "a", claim.generation()), 0));

    assertEquals(Map.of("app-1", SPEC.toString()), store.drainRequests(List.of("app-1")));
    assertTrue(store.beginDrain(FENCE, claim, SPEC));
    assertNotEquals(before, drain().id());
    assertFalse(drain().released());
  }

  @Test
  void anInstanceAfterALapsedLeaseInheritsNoDrain() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    store.expire(FENCE, claim, "1");

    registry.admit("app-1", "b");

    assertEquals(Map.of(), store.drainRequests(List.of("app-1")));
  }

  @Test
  void aDrainMayBeWithdrawnWhileTheLeaseIsLapsed() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, SPEC);
    store.expire(FENCE, claim, "1");

    assertTrue(store.withdrawDrain("app-1"));
    store.register(Registry.registration("app-1", "a", claim.generation()), 0);

    assertEquals(Map.of(), store.drainRequests(List.of("app-1")));
  }

  @Test
  void howAServerLeftIsKnownAfterTheNextInstanceRegistered() {
    Claim first = registry.admitActive("app-1", "a");
    store.deregister(first, "");
    Claim second = registry.admit("app-1", "b");
    assertEquals(Optional.of(new Gone(1, true, "")), store.gone("app-1"));

    store.expire(FENCE, second, "1");
    assertEquals(Optional.of(new Gone(2, false, "")), store.gone("app-1"));

    registry.admit("app-1", "c");
    assertEquals(Optional.of(new Gone(2, false, "")), store.gone("app-1"));

    registry.admit("app-1", "d");
    assertEquals(Optional.empty(), store.gone("app-1"), "it was fenced");
  }

  private static Drain drain() {
    return server().drain().orElseThrow();
  }

  private static Server server() {
    return ServerHash.parse("app-1", hash());
  }

  private static Map<String, String> hash() {
    return registry.call(redis -> redis.hgetall("{mooring}:server:app-1"));
  }

  private static long revision() {
    return Long.parseLong(registry.call(redis -> redis.hget("{mooring}:meta", "revision")));
  }
}
