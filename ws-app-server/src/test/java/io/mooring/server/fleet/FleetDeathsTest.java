package io.mooring.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.registry.v1.Departed;
import io.mooring.registry.v1.Fleet;
import io.mooring.registry.v1.Peer;
import io.mooring.registry.v1.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Time passes by hand: what was to run later runs with {@link #pass}, the oldest first. */
class FleetDeathsTest {
  private static final Duration HOLDBACK = Duration.ofSeconds(15);

  private final FleetMemory memory = new FleetMemory();
  private final List<Duration> delays = new ArrayList<>();
  private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();
  private final FleetDeaths deaths =
      new FleetDeaths(
          memory,
          HOLDBACK,
          (delay, task) -> {
            delays.add(delay);
            later.add(task);
          });

  /** What is dead of app-1's generations 1 to 3, each time that something has changed. */
  private final List<String> heard = new ArrayList<>();

  FleetDeathsTest() {
    deaths.onChange(() -> heard.add(dead()));
  }

  @Test
  void aServerThatIsLostIsDeadAtOnce() {
    told(1, active(1));
    assertEquals("", dead());

    told(2);

    assertEquals("1", dead());
    assertEquals(List.of("1"), heard);
    assertEquals(List.of(), delays);
  }

  @Test
  void aChangeByWhichNobodyDiesIsNotTold() {
    told(1, active(1));
    told(2, active(1), other());
    told(3, draining(1), other());
    told(4, other());

    assertEquals(List.of(), heard);
  }

  @Test
  void aServerThatHasBegunAnewWithoutLeavingIsHeldBackForLessInItsLifeBefore() {
    told(1, active(1));
    told(2, active(2));
    assertEquals("", dead());
    assertEquals(List.of(FleetDeaths.REPLACED), delays);

    pass();

    assertEquals("1", dead());
    assertEquals(List.of("1"), heard);
  }

  @Test
  void whoHearsOnlyOfTheNewLifeHoldsTheLastOneBackAndNotThoseBefore() {
    told(1, active(3));
    assertEquals("1", dead());

    pass();

    assertEquals("1 2", dead());
  }

  @Test
  void oneWhoseLeaseHadLapsedWhenItBeganAnewIsDeadAtOnce() {
    told(1, active(1).toBuilder().setSuspect(true).build());
    told(2, active(2));

    assertEquals("1", dead());
    assertEquals(List.of(), delays);
  }

  @Test
  void oneThatIsToldToHaveBeenLostWhenItBeganAnewIsDeadAtOnce() {
    told(1, active(1));
    memory.told(fleet(2, active(2)).addDeparted(departed(1).toBuilder().setLost(true)).build());

    assertEquals("1", dead());
    assertEquals(List.of(), delays);
  }

  @Test
  void oneThatWasDrainingIsHeldBackAndThenTold() {
    told(1, draining(1));
    told(2);
    assertEquals("", dead());

    pass();

    assertEquals("1", dead());
    assertEquals(List.of("1"), heard);
    assertEquals(List.of(HOLDBACK), delays);
  }

  @Test
  void oneThatSaidThatItLeavesIsHeldBackAlsoIfItIsBackInANewLife() {
    told(1, active(1));
    memory.told(fleet(2, active(2)).addDeparted(departed(1)).build());
    assertEquals("", dead());

    pass();

    assertEquals("1", dead());
  }

  @Test
  void oneOfWhichOnlyTheEndIsHeardMayHaveJustLeft() {
    memory.told(fleet(5).addDeparted(departed(2)).build());
    assertFalse(deaths.isDead("app-1", 2));
    assertTrue(deaths.isDead("app-1", 1));

    pass();

    assertTrue(deaths.isDead("app-1", 2));
  }

  @Test
  void anotherChangeMeanwhileDoesNotEndTheHoldbackNorBeginItAnew() {
    told(1, draining(1));
    told(2);
    told(3, other());
    assertEquals("", dead());
    assertEquals(List.of(HOLDBACK), delays);

    pass();

    assertEquals("1", dead());
  }

  @Test
  void twoLivesThatLeaveOneSoonAfterTheOtherAreEachHeldBackForTheirTime() {
    told(1, draining(1));
    told(2, draining(2));
    told(3);
    assertEquals("", dead());

    pass();
    assertEquals("1", dead());
    pass();
    assertEquals("1 2", dead());
  }

  @Test
  void oneThatComesBackInTheSameLifeIsHeldBackAnewWhenItLeavesAgain() {
    told(1, draining(1));
    told(2);
    told(3, draining(1));
    told(4);

    pass();
    assertEquals("", dead());
    pass();
    assertEquals("1", dead());
  }

  @Test
  void oneThatComesBackInTheSameLifeIsDeadAtOnceWhenItIsLost() {
    told(1, draining(1));
    told(2);
    told(3, active(1));
    told(4);

    assertEquals("1", dead());
  }

  @Test
  void oneThatIsDeadStaysSoWhenItIsSaidLaterThatItHadLeft() {
    told(1, active(1));
    told(2);
    memory.told(fleet(3).addDeparted(departed(1)).build());

    assertTrue(memory.view().leftInOrder("app-1", 1));
    assertEquals("1", dead());
    assertEquals(List.of(), delays);
  }

  @Test
  void saysForHowLongALifeHasBeenDead() {
    AtomicLong nanos = new AtomicLong();
    FleetDeaths timed =
        new FleetDeaths(memory, HOLDBACK, (delay, task) -> later.add(task), nanos::get);
    told(1, active(1));
    assertEquals(OptionalLong.empty(), timed.deadForMillis("app-1", 1));

    told(2);
    nanos.addAndGet(5_000_000);
    told(3, other());
    assertEquals(OptionalLong.of(5), timed.deadForMillis("app-1", 1));

    told(4, active(1));
    assertEquals(OptionalLong.empty(), timed.deadForMillis("app-1", 1));
    told(5);
    assertEquals(OptionalLong.of(0), timed.deadForMillis("app-1", 1));
  }

  @Test
  void tellsOnThoughAListenerThrows() {
    FleetDeaths listened = new FleetDeaths(memory, HOLDBACK, (delay, task) -> {});
    listened.onChange(
        () -> {
          throw new IllegalStateException("of a test");
        });
    List<Boolean> told = new ArrayList<>();
    listened.onChange(() -> told.add(listened.isDead("app-1", 1)));

    told(1, active(1));
    told(2);

    assertEquals(List.of(true), told);
  }

  private void pass() {
    later.remove().run();
  }

  private String dead() {
    List<String> dead = new ArrayList<>();
    for (long generation = 1; generation <= 3; generation++) {
      if (deaths.isDead("app-1", generation)) {
        dead.add(Long.toString(generation));
      }
    }
    return String.join(" ", dead);
  }

  private void told(long revision, Peer... servers) {
    memory.told(fleet(revision, servers).build());
  }

  private static Fleet.Builder fleet(long revision, Peer... servers) {
    return Fleet.newBuilder()
        .setIncarnation("life")
        .setRevision(revision)
        .setComplete(true)
        .addAllServers(List.of(servers));
  }

  private static Peer active(long generation) {
    return peer("app-1", generation, State.STATE_ACTIVE);
  }

  private static Peer draining(long generation) {
    return peer("app-1", generation, State.STATE_DRAINING);
  }

  private static Peer other() {
    return peer("app-2", 1, State.STATE_ACTIVE);
  }

  private static Peer peer(String id, long generation, State state) {
    return Peer.newBuilder().setServerId(id).setGeneration(generation).setState(state).build();
  }

  private static Departed departed(long generation) {
    return Departed.newBuilder().setServerId("app-1").setGeneration(generation).build();
  }
}
