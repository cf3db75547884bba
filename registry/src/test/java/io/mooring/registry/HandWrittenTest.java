package io.mooring.registry;

import static io.mooring.registry.Registry.FENCE;
import static io.mooring.registry.Registry.registration;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an operator's hand may do to the registry in a real Valkey, and how it comes right again.
 */
class HandWrittenTest extends EmptyRegistry {
  private static final String SERVER = "{mooring}:server:app-1";

  @ParameterizedTest
  @CsvSource({
    "state, FOO",
    "state, DRAINING",
    "address, nonsense",
    "weight, heavy",
    "weight, 99999999999",
    "labels, junk",
    "release, two words",
    "revision, garbage",
    "generation, garbage",
    "generation, 99999999999999999999",
  })
  void aHashThatCannotBeReadIsWrittenBackFromMemory(String field, String value) {
    Claim claim = registry.admitActive("app-1", "a");
    Server remembered = server();
    registry.call(redis -> redis.hset(SERVER, field, value));

    assertEquals(new Standing.Expired(), store.renew(claim, ""));
    store.restore(List.of(remembered), 2);
    Admission back = store.register(registration("app-1", "a", claim.generation()), 1);

    assertEquals(new Admission.Admitted(claim, ACTIVE), back);
    assertEquals(remembered, server());
    assertEquals(ACTIVE, held(store.renew(claim, "")).state());
  }

  @ParameterizedTest
  @CsvSource({
    "state, FOO",
    "state, DRAINING",
    "address, nonsense",
    "weight, heavy",
    "labels, junk",
    "revision, garbage",
    "generation, garbage",
  })
  void aHashThatNobodyRemembersIsWrittenAnewByTheServer(String field, String value) {
    Claim claim = registry.admitActive("app-1", "a");
    registry.call(redis -> redis.hset(SERVER, field, value));

    assertEquals(new Standing.Expired(), store.renew(claim, ""));
    store.register(registration("app-1", "a", claim.generation()), 0);

    assertEquals(claim, server().claim(claim.incarnation()));
    assertEquals(server().state(), held(store.renew(claim, "")).state());
    assertEquals(Optional.of(server()), read().server("app-1"));
  }

  @Test
  void aDrainThatWasAskedForOutlastsAHashThatIsWrittenAnew() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, DrainSpec.DEFAULT);
    registry.call(redis -> redis.hset(SERVER, "state", "FOO"));

    store.register(registration("app-1", "a", claim.generation()), 0);

    assertEquals(WARMING, server().state());
    assertTrue(store.beginDrain(FENCE, claim, DrainSpec.DEFAULT));
  }

  @Test
  void aServerThatLeftIsNoHashThatCannotBeRead() {
    Claim claim = registry.admitActive("app-1", "a");
    Server remembered = server();
    store.deregister(claim, "");
    registry.call(redis -> redis.hset(SERVER, "address", "nonsense"));

    store.restore(List.of(remembered), 2);

    assertEquals("GONE", hash().get("state"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "1e3", "99999999999999999999", ""})
  void aRevisionThatIsNoneBeginsANewLife(String revision) {
    Claim claim = registry.admitActive("app-1", "a");
    store.requestDrain("app-1", DrainSpec.DEFAULT);
    Map<String, String> before = hash();
    registry.call(redis -> redis.hset(Keys.META, "revision", revision));

    assertEquals(new Standing.Expired(), store.renew(claim, ""));
    assertFalse(store.beginDrain(FENCE, claim, DrainSpec.DEFAULT));
    assertFalse(store.expire(FENCE, claim, "1"));
    assertEquals(before, hash(), "nothing is half written");

    Claim after =
        switch (store.register(registration("app-1", "a", claim.generation()), 1)) {
          case Admission.Admitted admitted -> admitted.claim();
          case Admission.Fenced fenced -> throw new AssertionError(fenced);
          case Admission.Taken taken -> throw new AssertionError(taken);
        };
    assertNotEquals(claim.incarnation(), after.incarnation());
    assertEquals(ACTIVE, held(store.renew(after, "")).state());
    assertTrue(store.beginDrain(FENCE, after, DrainSpec.DEFAULT));
  }

  @Test
  void aServersKeyOfAnotherTypeHoldsUpNobodyAndIsWrittenAnew() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.admitActive("app-2", "b");
    store.requestDrain("app-2", DrainSpec.DEFAULT);
    registry.call(redis -> redis.set(SERVER, "text"));

    assertEquals(
        Map.of("app-2", DrainSpec.DEFAULT.toString()),
        store.drainRequests(List.of("app-1", "app-2")));
    assertEquals(List.of("app-2"), List.copyOf(read().byId().keySet()));
    assertEquals(Optional.empty(), store.service("app-1"));

    assertEquals(new Standing.Expired(), store.renew(claim, ""));
    assertEquals(
        new Admission.Admitted(claim, WARMING),
        store.register(registration("app-1", "a", claim.generation()), 0));
  }

  @Test
  void aDeadServersKeyOfAnotherTypeHasNoDrainAndTellsNotHowItLeft() {
    registry.call(redis -> redis.set(SERVER, "text"));

    assertFalse(store.withdrawDrain("app-1"));
    assertEquals(Optional.empty(), store.gone("app-1"));
    assertEquals(Optional.empty(), store.drainError("app-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Keys.META, Keys.REVISIONS, Keys.BEATS, Keys.LOADS, Keys.LEADER})
  void aKeyOfAnotherTypeIsWrittenAnew(String key) {
    Claim claim = registry.admitActive("app-1", "a");
    registry.call(
        redis -> {
          redis.del(key);
          return redis.set(key, "text");
        });

    store.renew(claim, "connections=1");
    Claim after = registry.admit(registration("app-1", "a", claim.generation()));

    assertEquals(ACTIVE, held(store.renew(after, "connections=1")).state());
    assertEquals(Map.of("app-1", "connections=1"), store.loads());
    assertEquals(List.of("app-1"), List.copyOf(read().byId().keySet()));
  }

  @Test
  void aCounterThatIsNoneBeginsAnew() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.call(redis -> redis.hset(Keys.BEATS, "app-1", "text"));

    assertEquals(ACTIVE, held(store.renew(claim, "")).state());
    assertEquals(Map.of("app-1", "1"), store.beats());
  }

  @Test
  void aDrainThatWasTakenBackEndsAlsoWhereTheStateWasChangedToo() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, DrainSpec.DEFAULT);
    long revision = server().revision();
    registry.call(redis -> redis.hset(SERVER, "state", "ACTIVE"));
    store.withdrawDrain("app-1");

    assertTrue(store.endDrain(FENCE, claim));
    assertFalse(store.endDrain(FENCE, claim));

    assertEquals(ACTIVE, server().state());
    assertEquals(revision + 1, server().revision());
    assertFalse(hash().containsKey("drain_id"));
  }

  @Test
  void aDrainWhoseStateWasChangedIsBegunAnewUnderAnotherId() {
    Claim claim = registry.admitActive("app-1", "a");
    registry.drain(claim, DrainSpec.DEFAULT);
    Drain before = server().drain().orElseThrow();
    registry.call(redis -> redis.hset(SERVER, "state", "ACTIVE"));

    assertTrue(store.beginDrain(FENCE, claim, DrainSpec.DEFAULT));

    assertEquals(DRAINING, server().state());
    assertNotEquals(before.id(), server().drain().orElseThrow().id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000000000000000000000000000", "9999999999999999", "1e300", "-1"})
  void aFenceThatIsNoneHoldsUpNoLeader(String fence) {
    Claim claim = registry.admit("app-1", "a");
    registry.call(
        redis -> redis.hset(Keys.LEADER, Map.of("holder", "x", "fence", fence, "beat", "7")));

    assertEquals(0, registry.election.leader().fence());
    assertTrue(store.transition(FENCE, claim, WARMING, ACTIVE));
    assertEquals(
        Optional.of(new Fence("control-2", 4)),
        registry.election.take("control-2", registry.election.leader(), 3));
    assertEquals(Optional.empty(), registry.election.beat(new Fence("control-2", 4)));
  }

  private static Standing.Held held(Standing standing) {
    return switch (standing) {
      case Standing.Held held -> held;
      case Standing.Expired expired -> throw new AssertionError(expired);
      case Standing.Fenced fenced -> throw new AssertionError(fenced);
    };
  }

  private static Server server() {
    return ServerHash.parse("app-1", hash());
  }

  private static Map<String, String> hash() {
    return registry.call(redis -> redis.hgetall(SERVER));
  }

  /** What a process that starts now reads. */
  private static RegistryView read() {
    Memory memory = new Memory();
    memory.adopt(
        Whole.of(
            registry.call(
                redis ->
                    Script.WHOLE.run(
                        redis,
                        List.of(Keys.META, Keys.REVISIONS, Keys.BEATS),
                        List.of(Keys.SERVER_PREFIX, "0")))));
    return memory.view();
  }
}
