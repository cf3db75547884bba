package io.mooring.registry;

import static io.mooring.registry.Registry.FENCE;
import static io.mooring.registry.Registry.registration;
import static io.mooring.registry.ServerState.ACTIVE;
import static io.mooring.registry.ServerState.DRAINING;
import static io.mooring.registry.ServerState.GONE;
import static io.mooring.registry.ServerState.WARMING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.Range;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryStoreTest extends EmptyRegistry {
  private static final String LOAD = "connections=5 loop_lag_us=120 refusing=0";

  @Test
  void aNewServerStartsWarmingWithTheFirstGeneration() {
    Admission answer = store.register(registration("app-1", "a", 0), 0);

    Admission.Admitted admitted = assertInstanceOf(Admission.Admitted.class, answer);
    assertEquals(WARMING, admitted.state());
    assertEquals(1, admitted.claim().generation());
    assertEquals(
        Map.of("incarnation", admitted.claim().incarnation(), "revision", "1"), metaWithoutTag());
    assertEquals(
        Map.ofEntries(
            Map.entry("service", "app"),
            Map.entry("instance_uid", "a"),
            Map.entry("generation", "1"),
            Map.entry("state", "WARMING"),
            Map.entry("address", "127.0.0.1:7200"),
            Map.entry("api_address", "127.0.0.1:7300"),
            Map.entry("weight", "8"),
            Map.entry("release", "v1"),
            Map.entry("capabilities", "verdict/1"),
            Map.entry("labels", "zone=a\n"),
            Map.entry("revision", "1")),
        hash("app-1"));
    assertEquals(Map.of("app-1", "1"), store.beats());
  }

  @Test
  void registeringAgainChangesNothingButTheCounter() {
    Claim first = registry.admitActive("app-1", "a");
    long revision = revision();

    Admission again = store.register(registration("app-1", "a", 0), 0);

    assertEquals(new Admission.Admitted(first, ACTIVE), again);
    assertEquals(revision, revision());
    assertEquals("2", store.beats().get("app-1"));
  }

  @Test
  void theSameInstanceMayChangeItsAddress() {
    Claim first = registry.admitActive("app-1", "a");

    Admission moved =
        store.register(registration("app-1", "a", first.generation(), "app", 7999), 0);

    assertEquals(new Admission.Admitted(first, ACTIVE), moved);
    assertEquals("127.0.0.1:7999", hash("app-1").get("address"));
    assertEquals(3, revision());
  }

  @Test
  void aNewInstanceFencesTheOldOne() {
    Claim old = registry.admitActive("app-1", "a");
    Claim taken = registry.admit("app-1", "b");

    assertEquals(2, taken.generation());
    assertEquals(new Standing.Fenced(2), store.renew(old, LOAD));
    assertEquals(new Standing.Fenced(2), store.deregister(old, ""));
    assertFalse(store.transition(FENCE, old, WARMING, ACTIVE));
    assertFalse(store.beginDrain(FENCE, old, DrainSpec.DEFAULT));
    assertFalse(store.endDrain(FENCE, old));
    assertFalse(store.suspect(FENCE, old, store.beats().getOrDefault("app-1", "")));
    assertFalse(store.expire(FENCE, old, store.beats().getOrDefault("app-1", "")));
    assertEquals(
        new Admission.Fenced(2), store.register(registration("app-1", "a", old.generation()), 0));
    assertEquals(WARMING, held(store.renew(taken, LOAD)));
  }

  @Test
  void aNewInstanceEndsTheDrainOfTheOldOne() {
    Claim old = registry.admitActive("app-1", "a");
    registry.drain(old, DrainSpec.DEFAULT);

    registry.admit("app-1", "b");

    assertFalse(hash("app-1").containsKey("drain"));
    assertFalse(hash("app-1").containsKey("drain_id"));
    assertEquals("WARMING", hash("app-1").get("state"));
  }

  @Test
  void anIdStaysWithItsService() {
    registry.admit("app-1", "a");

    assertEquals(
        new Admission.Taken("app"), store.register(registration("app-1", "x", 0, "chat", 7200), 0));
    assertEquals("a", hash("app-1").get("instance_uid"));
  }

  @Test
  void aServerThatLeftHoldsItsGenerationForADay() {
    Claim claim = registry.admitActive("app-1", "a");

    assertEquals(GONE, held(store.deregister(claim, "")));

    assertEquals("GONE", hash("app-1").get("state"));
    assertTrue(store.beats().isEmpty());
    long seconds = ttl();
    assertTrue(seconds > 86_000 && seconds <= 86_400, () -> "ttl " + seconds);
    assertEquals(new Standing.Expired(), store.renew(claim, LOAD));
    assertEquals(new Standing.Expired(), store.deregister(claim, ""));

    assertEquals(2, registry.admit("app-1", "b").generation());
    assertEquals(-1, ttl());
  }

  @Test
  void anExpiredInstanceComesBackWithItsGeneration() {
    Claim claim = registry.admitActive("app-1", "a");
    assertTrue(store.expire(FENCE, claim, "1"));

    assertEquals(new Standing.Expired(), store.renew(claim, LOAD));
    assertEquals(
        new Admission.Admitted(claim, WARMING),
        store.register(registration("app-1", "a", claim.generation()), 0));
  }

  @Test
  void anExpiredInstanceThatWasOvertakenIsFencedForGood() {
    Claim old = registry.admit("app-1", "a");
    store.expire(FENCE, old, "1");
    Claim newer = registry.admit("app-1", "b");
    store.deregister(newer, "");

    assertEquals(new Standing.Fenced(2), store.renew(old, LOAD));
    assertEquals(
        new Admission.Fenced(2), store.register(registration("app-1", "a", old.generation()), 0));
  }

  @Test
  void onlyTheCounterThatWasSeenLetsALeaseEnd() {
    Claim claim = registry.admitActive("app-1", "a");
    store.renew(claim, LOAD);

    assertFalse(store.suspect(FENCE, claim, "1"));
    assertFalse(store.expire(FENCE, claim, "1"));
    assertTrue(store.suspect(FENCE, claim, "2"));
    assertEquals("1", hash("app-1").get("suspect"));
    assertTrue(store.expire(FENCE, claim, "2"));
    assertEquals("GONE", hash("app-1").get("state"));
    assertFalse(hash("app-1").containsKey("suspect"));
  }

  @Test
  void aHeartbeatClearsSuspicion() {
    Claim claim = registry.admitActive("app-1", "a");
    store.suspect(FENCE, claim, "1");
    long revision = revision();

    assertEquals(ACTIVE, held(store.renew(claim, LOAD)));
    assertFalse(hash("app-1").containsKey("suspect"));
    assertEquals(revision + 1, revision());

    store.renew(claim, LOAD);
    assertEquals(revision + 1, revision());
  }

  @Test
  void aRepeatedSuspicionIsNoNewRevision() {
    Claim claim = registry.admitActive("app-1", "a");
    store.suspect(FENCE, claim, "1");
    long revision = revision();

    assertTrue(store.suspect(FENCE, claim, "1"));
    assertEquals(revision, revision());
  }

  @Test
  void aStateOutsideTheTableIsRefusedBeforeItIsSent() {
    Claim claim = registry.admit("app-1", "a");

    assertThrows(
        IllegalArgumentException.class, () -> store.transition(FENCE, claim, WARMING, DRAINING));
    assertThrows(
        IllegalArgumentException.class, () -> store.transition(FENCE, claim, WARMING, GONE));
    assertTrue(store.transition(FENCE, claim, WARMING, ACTIVE));
    assertFalse(store.transition(FENCE, claim, WARMING, ACTIVE));
    assertThrows(
        IllegalArgumentException.class, () -> store.transition(FENCE, claim, ACTIVE, DRAINING));
    assertThrows(
        IllegalArgumentException.class, () -> store.transition(FENCE, claim, DRAINING, ACTIVE));
  }

  static Stream<Arguments> claims() {
    return Stream.of(
        Arguments.of("another life of the registry", change((c, s) -> claim(c, "other", 1, "a"))),
        Arguments.of("a generation not yet given", change((c, s) -> claim(c, s, 2, "a"))));
  }

  private static BiFunction<String, String, Claim> change(BiFunction<String, String, Claim> made) {
    return made;
  }

  private static Claim claim(String id, String incarnation, long generation, String uid) {
    return new Claim(id, incarnation, generation, uid);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("claims")
  void aClaimThatTheRegistryDoesNotKnowIsExpired(
      String what, BiFunction<String, String, Claim> claim) {
    Claim held = registry.admit("app-1", "a");

    assertEquals(
        new Standing.Expired(), store.renew(claim.apply("app-1", held.incarnation()), LOAD), what);
    assertEquals(
        new Standing.Expired(), store.renew(claim.apply("app-9", held.incarnation()), LOAD));
  }

  @Test
  void theHighestGenerationThatAServerClaimsWinsInARegistryThatForgot() {
    Admission behind = store.register(registration("app-1", "old", 4), 0);
    Admission ahead = store.register(registration("app-1", "new", 5), 0);
    Admission tooLate = store.register(registration("app-1", "old", 4), 0);

    assertEquals(4, assertInstanceOf(Admission.Admitted.class, behind).claim().generation());
    assertEquals(5, assertInstanceOf(Admission.Admitted.class, ahead).claim().generation());
    assertEquals(new Admission.Fenced(5), tooLate);
  }

  @Test
  void ofManyInstancesThatClaimOneIdExactlyOneHoldsIt() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Claim>> rivals =
          Stream.of("a", "b", "c", "d", "e", "f", "g", "h")
              .<Callable<Claim>>map(uid -> () -> registry.admit("app-1", uid))
              .toList();

      List<Standing> standings =
          threads.invokeAll(rivals).stream()
              .map(Future::resultNow)
              .map(claim -> store.renew(claim, LOAD))
              .toList();

      assertEquals(
          1, standings.stream().filter(standing -> standing instanceof Standing.Held).count());
      assertEquals(
          7,
          standings.stream().filter(standing -> standing.equals(new Standing.Fenced(8))).count());
    }
  }

  @Test
  void heartbeatsLeaveNoTraceInTheStream() {
    Claim claim = registry.admit("app-1", "a");
    for (int i = 0; i < 10; i++) {
      store.renew(claim, LOAD);
    }

    assertEquals(
        List.of("1-0"),
        registry.call(redis -> redis.xrange("{mooring}:rev", Range.<String>unbounded())).stream()
            .map(entry -> entry.getId())
            .toList());
  }

  /** Redis' expiry follows the wall clock of its host, which may jump. */
  @Test
  void noWallClockEndsWhatALivingServerNeeds() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, DrainSpec.DEFAULT);
    store.renew(claim, LOAD);
    registry.envoys.report("edge-1", "replica=control-1 beat=1 revision=7 connected=1");
    registry.election.take("control-1", registry.election.leader(), 0);
    store.register(registration("app-1", "a", claim.generation()), 0);

    assertEquals(
        Map.of(
            "{mooring}:server:app-1", -1L,
            "{mooring}:meta", -1L,
            "{mooring}:rev", -1L,
            "{mooring}:beats", -1L,
            "{mooring}:loads", -1L,
            "{mooring}:envoys", -1L,
            "{mooring}:leader", -1L),
        registry.call(
            redis ->
                redis.keys("*").stream()
                    .collect(Collectors.toMap(Function.identity(), redis::pttl))));
  }

  @Test
  void aRegistryWithoutMetaBeginsANewLife() {
    Claim before = registry.admit("app-1", "a");
    registry.call(redis -> redis.del("{mooring}:meta"));

    assertEquals(new Standing.Expired(), store.renew(before, LOAD));
    Claim after = registry.admit("app-1", "a");

    assertNotEquals(before.incarnation(), after.incarnation());
    assertEquals(before.generation(), after.generation());
    assertEquals(WARMING, held(store.renew(after, LOAD)));
  }

  @Test
  void aStreamThatSomebodyWroteToIsBegunAnew() {
    Claim claim = registry.admit("app-1", "a");
    registry.call(redis -> redis.xadd("{mooring}:rev", Map.of("by", "hand")));

    assertTrue(store.transition(FENCE, claim, WARMING, ACTIVE));

    assertEquals(2, revision());
    long entries = registry.call(redis -> redis.xlen("{mooring}:rev"));
    assertEquals(1, entries);
  }

  @Test
  void aDeadServerWhoseHashWasDeletedStillLeaves() {
    Claim claim = registry.admit("app-1", "a");
    registry.call(redis -> redis.del("{mooring}:server:app-1"));

    assertTrue(store.expire(FENCE, claim, "1"));
    assertEquals("GONE", hash("app-1").get("state"));
  }

  @Test
  void aNewInstanceGetsAGenerationAboveTheOneThatIsRemembered() {
    Admission fresh = store.register(registration("app-1", "b", 0), 7);
    Admission overtaken = store.register(registration("app-2", "a", 4), 7);
    Admission back = store.register(registration("app-3", "a", 7), 7);

    assertEquals(8, assertInstanceOf(Admission.Admitted.class, fresh).claim().generation());
    assertEquals(new Admission.Fenced(7), overtaken);
    assertEquals(7, assertInstanceOf(Admission.Admitted.class, back).claim().generation());
  }

  @Test
  void theLoadOfAServerStandsUntilItLeaves() {
    Claim claim = registry.admit("app-1", "a");

    store.renew(claim, LOAD);
    assertEquals(Map.of("app-1", LOAD), store.loads());
    store.deregister(claim, "");

    assertEquals(Map.of(), store.loads());
  }

  @Test
  void howAServerLeftIsKnown() {
    Claim first = registry.admit("app-1", "a");
    Claim second = registry.admit("app-2", "b");
    assertEquals(Optional.empty(), store.gone("app-1"));

    store.deregister(first, "");
    store.expire(FENCE, second, "1");

    assertEquals(Optional.of(new Gone(1, true, "")), store.gone("app-1"));
    assertEquals(Optional.of(new Gone(1, false, "")), store.gone("app-2"));
    assertEquals(Optional.empty(), store.gone("app-3"));
  }

  @Test
  void whatAServerSaidLastIsKnownWhenItHasLeft() {
    Claim first = registry.admit("app-1", "a");
    Claim second = registry.admit("app-2", "b");
    store.renew(first, LOAD);
    store.renew(second, LOAD);

    store.deregister(first, "");
    store.deregister(second, "connections=0");

    assertEquals(Optional.of(new Gone(1, true, LOAD)), store.gone("app-1"));
    assertEquals(Optional.of(new Gone(1, true, "connections=0")), store.gone("app-2"));
    registry.admit("app-2", "c");
    assertEquals(Optional.of(new Gone(1, true, "connections=0")), store.gone("app-2"));
    assertEquals(Map.of(), store.loads());
  }

  @Test
  void restoringWritesWhatTheRegistryLostAndNothingElse() {
    Server lost = Registry.server("app-1", 3, ACTIVE);
    Server older = Registry.server("app-2", 1, ACTIVE);
    registry.admit(registration("app-2", "newer", 2));

    store.restore(List.of(lost, older), 57);

    assertEquals("3", hash("app-1").get("generation"));
    assertEquals("ACTIVE", hash("app-1").get("state"));
    assertEquals("newer", hash("app-2").get("instance_uid"));
    assertEquals(Map.of("app-1", "0", "app-2", "1"), store.beats());
    assertTrue(revision() > 57);
  }

  @Test
  void ofSeveralMemoriesTheNewestWinsInAnyOrder() {
    Server older = Registry.server("app-1", 3, ACTIVE, 40);
    Server newer = Registry.server("app-1", 3, DRAINING, 57);

    store.restore(List.of(older), 56);
    store.restore(List.of(newer), 57);
    store.restore(List.of(older), 56);

    assertEquals(newer, ServerHash.parse("app-1", hash("app-1")));
    assertEquals(
        Map.of("app-1", newer.drain().orElseThrow().spec().toString()),
        store.drainRequests(List.of("app-1")));
  }

  @Test
  void aServerThatLeftIsNotBroughtBackByAnOlderMemory() {
    Claim claim = registry.admitActive("app-1", "a");
    Server remembered = ServerHash.parse("app-1", hash("app-1"));
    store.deregister(claim, "");

    store.restore(List.of(remembered), 2);

    assertEquals("GONE", hash("app-1").get("state"));
  }

  @Test
  void whatIsMissingIsGoneOnlyByTheWordOfALeaderThatHasReadEverything() {
    registry.admit("app-1", "a");
    String read = registry.call(redis -> redis.hget("{mooring}:meta", "tag"));
    registry.admit("app-2", "b");
    String newest = registry.call(redis -> redis.hget("{mooring}:meta", "tag"));

    assertFalse(store.restored(FENCE, 2, read));
    assertTrue(store.restored(FENCE, 2, newest));
    assertEquals(3, revision());
  }

  @Test
  void aRedisThatIsAwayIsNamed() {
    try (Redis nowhere = new Redis("redis://:hidden@127.0.0.1:1")) {
      RegistryUnavailableException away =
          assertThrows(
              RegistryUnavailableException.class, () -> new RegistryStore(nowhere).beats());

      String message = Optional.ofNullable(away.getMessage()).orElse("");
      assertTrue(message.startsWith("redis://127.0.0.1:1 does not answer"), message);
      assertFalse(message.contains("hidden"), message);
    }
  }

  private static Map<String, String> hash(String id) {
    return registry.call(redis -> redis.hgetall("{mooring}:server:" + id));
  }

  private static long ttl() {
    return registry.call(redis -> redis.ttl("{mooring}:server:app-1"));
  }

  private static Map<String, String> metaWithoutTag() {
    Map<String, String> meta = registry.call(redis -> redis.hgetall("{mooring}:meta"));
    meta.remove("tag");
    return meta;
  }

  private static long revision() {
    return Long.parseLong(registry.call(redis -> redis.hget("{mooring}:meta", "revision")));
  }

  private static ServerState held(Standing standing) {
    return switch (standing) {
      case Standing.Held held -> held.state();
      case Standing.Expired expired -> throw new AssertionError(expired);
      case Standing.Fenced fenced -> throw new AssertionError(fenced);
    };
  }
}
