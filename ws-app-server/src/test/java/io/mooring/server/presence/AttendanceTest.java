package io.mooring.server.presence;

import static io.mooring.server.presence.Departure.FOR_GOOD;
import static io.mooring.server.presence.Departure.FOR_NOW;
import static io.mooring.server.presence.PresenceContract.turn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttendanceTest {
  private static final Duration RESUME = Duration.ofSeconds(15);
  private static final Duration TICK = Attendance.PERIOD.dividedBy(Attendance.TICKS);
  private static final Holder SELF = new Holder("app-1", 1);
  private static final Holder OTHER = new Holder("app-2", 1);

  private final PresenceStand stand = new PresenceStand();
  private Presence store = stand.store();
  private volatile Optional<Holder> self = Optional.of(SELF);
  private final Attendance attendance =
      new Attendance(stand.loops, stand.gated, () -> self, RESUME, true, () -> stand.nanos);

  AttendanceTest() {
    stand.run(() -> stand.gated.replaceBy(store));
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void saysTheFirstAndTheLastSocketOfAUser() {
    attendance.came("ann");
    attendance.came("ann");
    assertEquals(List.of("online app-1@1 ann"), calls());

    attendance.went("ann", FOR_GOOD);
    assertEquals(List.of(), calls());

    attendance.went("ann", FOR_GOOD);
    assertEquals(List.of("offline app-1@1 ann"), calls());
  }

  @Test
  void saysTheFirstAndTheLastSocketOfAUserInARoom() {
    attendance.entered("lobby", "ann", "");
    attendance.entered("lobby", "ann", "");
    attendance.entered("hall", "ann", "");
    assertEquals(List.of("enter lobby ann", "enter hall ann"), calls());

    attendance.left("lobby", "ann", FOR_GOOD);
    assertEquals(List.of(), calls());

    attendance.left("lobby", "ann", FOR_GOOD);
    assertEquals(List.of("exit lobby ann"), calls());
  }

  @Test
  void waitsForWhomItLost() {
    attendance.came("ann");
    attendance.entered("lobby", "ann", "");
    calls();

    attendance.went("ann", FOR_NOW);
    attendance.left("lobby", "ann", FOR_NOW);
    pass(RESUME.minusMillis(1));
    assertEquals(List.of(), calls());

    pass(Duration.ofMillis(1));
    assertEquals(List.of("offline app-1@1 ann", "exit lobby ann"), calls());
  }

  @Test
  void saysNothingOfWhoComesBackInTime() {
    attendance.came("ann");
    attendance.entered("lobby", "ann", "");
    calls();

    attendance.went("ann", FOR_NOW);
    attendance.left("lobby", "ann", FOR_NOW);
    pass(RESUME.minusMillis(1));
    attendance.came("ann");
    attendance.entered("lobby", "ann", "");
    pass(Duration.ofSeconds(2));

    assertEquals(List.of(), calls());
    assertEquals(Set.of("ann"), stand.users(store, "lobby"));
  }

  @Test
  void letsNobodyLeaveWhoHasMovedToAnotherServer() throws Exception {
    Told told = new Told();
    stand.run(() -> store.watch("lobby", told));
    attendance.entered("lobby", "ann", "");
    stand.run(() -> store.enter(OTHER, "lobby", Map.of("ann", ""), turn(1)));

    attendance.left("lobby", "ann", FOR_NOW);
    pass(RESUME);
    assertEquals(List.of("enter lobby ann", "exit lobby ann"), calls());

    stand.run(() -> store.enter(OTHER, "lobby", Map.of("end", ""), turn(2)));
    assertEquals(List.of("+ann", "+end"), told.words(2));
  }

  @Test
  void saysTogetherWhatHappensWhileACallIsUnderWay() {
    stand.run(() -> stand.gated.holds = true);
    for (int i = 0; i < 1_000; i++) {
      attendance.came("u" + i);
      attendance.entered("lobby", "u" + i, "");
    }
    assertEquals(List.of("online app-1@1 u0", "enter lobby u0"), calls());

    stand.run(stand.gated::letAnswer);

    assertEquals(8, calls().size());
    assertEquals(1_000, stand.users(store, "lobby").size());
    assertEquals(Set.of("app-1"), servers("u999"));
  }

  @Test
  void saysNothingInARoomOfWhoHasGoneAgainMeanwhile() {
    stand.run(() -> stand.gated.holds = true);
    attendance.entered("lobby", "ann", "");
    attendance.entered("lobby", "bob", "");
    attendance.left("lobby", "bob", FOR_GOOD);
    attendance.left("lobby", "ann", FOR_GOOD);
    attendance.entered("lobby", "ann", "");
    stand.run(stand.gated::letAnswer);

    assertEquals(List.of("enter lobby ann"), calls());
    assertEquals(Set.of("ann"), stand.users(store, "lobby"));
  }

  @Test
  void refreshesEachUserOnceAPeriodSpreadOverIt() {
    IntStream.range(0, 1_000).forEach(i -> attendance.came("u" + i));
    calls();

    Map<String, Integer> refreshed = new HashMap<>();
    for (int i = 0; i < 2 * Attendance.TICKS; i++) {
      pass(TICK);
      for (String call : calls()) {
        List<String> words = List.of(call.split(" "));
        assertEquals(List.of("online", "app-1@1"), words.subList(0, 2));
        assertTrue(words.size() <= 2 + 25, call);
        words.subList(2, words.size()).forEach(user -> refreshed.merge(user, 1, Integer::sum));
      }
    }

    assertEquals(1_000, refreshed.size());
    assertEquals(Set.of(2), Set.copyOf(refreshed.values()));
  }

  @Test
  void refreshesEachRoomOnceAPeriodSpreadOverIt() {
    IntStream.range(0, 200).forEach(i -> attendance.entered("r" + i, "ann", ""));
    calls();

    Map<String, Integer> refreshed = new HashMap<>();
    for (int i = 0; i < 2 * Attendance.TICKS; i++) {
      pass(TICK);
      for (String call : calls()) {
        List<String> words = List.of(call.split(" "));
        assertEquals("refresh", words.getFirst());
        assertTrue(words.size() <= 1 + 5, call);
        words.subList(1, words.size()).forEach(room -> refreshed.merge(room, 1, Integer::sum));
      }
    }

    assertEquals(200, refreshed.size());
    assertEquals(Set.of(2), Set.copyOf(refreshed.values()));
  }

  @Test
  void forgetsARoomThatEveryoneHasLeft() {
    attendance.entered("lobby", "ann", "");
    attendance.left("lobby", "ann", FOR_NOW);
    pass(RESUME);
    assertEquals(List.of("enter lobby ann", "exit lobby ann"), calls());

    pass(Attendance.PERIOD);
    for (int i = 0; i < Attendance.TICKS; i++) {
      pass(TICK);
    }

    assertEquals(List.of(), calls());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsAllWhilePresenceIsAwayAndCorrectsIt(boolean heard) {
    for (String user : List.of("ann", "bob", "dan")) {
      attendance.came(user);
      attendance.entered("lobby", user, "");
    }
    attendance.entered("hall", "ann", "");
    stand.run(
        () -> {
          stand.gated.away = !heard;
          stand.gated.mute = heard;
        });
    for (String user : List.of("ann", "dan")) {
      attendance.went(user, FOR_GOOD);
      attendance.left("lobby", user, FOR_GOOD);
    }
    attendance.left("hall", "ann", FOR_GOOD);
    for (String user : List.of("dan", "cid")) {
      attendance.came(user);
      attendance.entered("lobby", user, "");
    }
    attendance.entered("yard", "ann", "{\"n\":1}");
    for (int i = 0; i < 20; i++) {
      pass(TICK);
    }

    stand.run(
        () -> {
          stand.gated.away = false;
          stand.gated.mute = false;
        });
    for (int i = 0; i < 5; i++) {
      pass(TICK);
    }

    assertEquals(Set.of("bob", "cid", "dan"), stand.users(store, "lobby"));
    assertEquals(Set.of(), stand.users(store, "hall"));
    assertEquals(List.of(new Member("ann", "app-1", "{\"n\":1}")), members("yard").members());
    assertEquals(Set.of(), servers("ann"));
    for (String user : List.of("bob", "cid", "dan")) {
      assertEquals(Set.of("app-1"), servers(user));
    }
  }

  @Test
  void asksOnceASecondWhilePresenceIsAway() {
    IntStream.range(0, 100).forEach(i -> attendance.came("u" + i));
    IntStream.range(0, 100).forEach(i -> attendance.entered("lobby", "u" + i, ""));
    stand.run(() -> stand.gated.away = true);
    for (int i = 0; i < Attendance.TICKS; i++) {
      pass(TICK);
    }
    calls();

    for (int i = 0; i < Attendance.TICKS; i++) {
      pass(TICK);
    }

    assertTrue(calls().size() <= 2 * 10, "calls in ten seconds");
  }

  @Test
  void saysEverythingAnewThatWasLost() {
    for (int i = 0; i < 100; i++) {
      attendance.came("u" + i);
      attendance.entered("r" + i % 10, "u" + i, "{\"n\":" + i + "}");
    }
    Presence empty = stand.store();
    stand.run(() -> stand.gated.replaceBy(empty));
    store = empty;

    for (int i = 0; i <= Attendance.TICKS; i++) {
      pass(TICK);
    }

    for (int i = 0; i < 10; i++) {
      assertEquals(10, members("r" + i).members().size());
    }
    assertTrue(members("r7").members().contains(new Member("u37", "app-1", "{\"n\":37}")));
    for (int i = 0; i < 100; i++) {
      assertEquals(Set.of("app-1"), servers("u" + i));
    }
  }

  @Test
  void saysNothingBeforeItHasAName() {
    self = Optional.empty();
    attendance.came("ann");
    attendance.came("bob");
    attendance.went("bob", FOR_GOOD);
    attendance.entered("lobby", "ann", "");
    attendance.entered("hall", "ann", "");
    attendance.left("hall", "ann", FOR_GOOD);
    pass(TICK);
    assertEquals(List.of(), calls());

    self = Optional.of(SELF);
    pass(TICK);

    assertEquals(Set.of("app-1"), servers("ann"));
    assertEquals(Set.of(), servers("bob"));
    assertEquals(Set.of("ann"), stand.users(store, "lobby"));
    assertEquals(Set.of(), stand.users(store, "hall"));
  }

  @Test
  void saysEverythingUnderItsNewNameWithoutALeave() throws Exception {
    Told told = new Told();
    stand.run(() -> store.watch("lobby", told));
    for (int i = 0; i < 20; i++) {
      attendance.came("u" + i);
      attendance.entered("lobby", "u" + i, "");
    }

    self = Optional.of(new Holder("app-1", 2));
    for (int i = 0; i < Turns.URGENT_TICKS; i++) {
      pass(TICK);
    }
    stand.run(() -> stand.dead.add(SELF));

    assertEquals(20, stand.users(store, "lobby").size());
    for (int i = 0; i < 20; i++) {
      assertEquals(Set.of("app-1"), servers("u" + i));
    }
    assertEquals(20, told.words(20).stream().filter(word -> word.startsWith("+")).count());
    assertEquals(0, told.moves.size());
  }

  @Test
  void dropsTheDeadFromItsRoomsSoonAfterTheFleetKnows() {
    stand.run(() -> store.enter(OTHER, "lobby", Map.of("bob", ""), turn(1)));
    attendance.entered("lobby", "ann", "");
    calls();

    stand.run(() -> stand.dead.add(OTHER));
    attendance.fleetChanged();

    Awaitility.await().until(() -> calls().contains("sweep lobby"));
  }

  @Test
  void dropsTheDeadAgainAfterThatHasFailed() {
    attendance.entered("lobby", "ann", "");
    stand.run(() -> store.enter(OTHER, "lobby", Map.of("bob", ""), turn(1)));
    calls();
    stand.run(() -> stand.dead.add(OTHER));
    stand.run(() -> stand.gated.away = true);
    attendance.fleetChanged();
    Awaitility.await().until(() -> calls().contains("sweep lobby"));

    stand.run(() -> stand.gated.away = false);
    pass(Duration.ofSeconds(1));

    assertTrue(calls().contains("sweep lobby"));
    pass(Duration.ofSeconds(1));
    assertFalse(calls().contains("sweep lobby"));
  }

  @Test
  void saysNothingOfWhoWentBeforeItHadAName() {
    self = Optional.empty();
    attendance.came("bob");
    attendance.went("bob", FOR_GOOD);
    assertEquals(List.of(), calls());

    self = Optional.of(SELF);
    pass(TICK);

    assertEquals(List.of(), calls());
  }

  @Test
  void saysNothingOfWhoWentLongerAgoThanItIsBelieved() {
    attendance.came("bob");
    calls();
    self = Optional.empty();
    pass(TICK);
    attendance.went("bob", FOR_GOOD);
    pass(Presence.TTL.plusSeconds(1));
    assertEquals(List.of(), calls());

    self = Optional.of(SELF);
    pass(TICK);

    assertEquals(List.of(), calls());
  }

  /** Whatever happens in whatever order, in the end others know what there is. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597})
  void isRightInTheEnd(long seed) {
    Random random = new Random(seed);
    Map<String, List<String>> sockets = new TreeMap<>();
    for (int i = 0; i < 3_000; i++) {
      String user = "u" + random.nextInt(6);
      String room = random.nextInt(3) == 0 ? "" : "r" + random.nextInt(3);
      List<String> those = sockets.computeIfAbsent(room, key -> new ArrayList<>());
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> {
          those.add(user);
          come(room, user);
        }
        case 4, 5, 6, 7, 8 -> {
          if (those.remove(user)) {
            go(room, user, random.nextBoolean() ? FOR_GOOD : FOR_NOW);
          }
        }
        case 9 -> pass(Duration.ofMillis(random.nextInt(5_000)));
        case 10 -> {
          boolean away = random.nextInt(4) == 0;
          boolean mute = random.nextInt(4) == 0;
          stand.run(
              () -> {
                stand.gated.away = away;
                stand.gated.mute = mute;
              });
        }
        default -> {
          boolean holds = random.nextBoolean();
          stand.run(
              () -> {
                if (holds) {
                  stand.gated.holds = true;
                } else {
                  stand.gated.letAnswer();
                }
              });
        }
      }
      if (random.nextInt(300) == 0) {
        Presence empty = stand.store();
        stand.run(() -> stand.gated.replaceBy(empty));
        store = empty;
      }
    }
    stand.run(
        () -> {
          stand.gated.away = false;
          stand.gated.mute = false;
          stand.gated.letAnswer();
        });
    pass(RESUME);
    for (int i = 0; i <= 2 * Attendance.TICKS; i++) {
      pass(TICK);
    }

    sockets.forEach(
        (room, those) -> {
          Set<String> expected = new TreeSet<>(those);
          if (room.isEmpty()) {
            for (int i = 0; i < 6; i++) {
              assertEquals(expected.contains("u" + i), !servers("u" + i).isEmpty(), "u" + i);
            }
          } else {
            assertEquals(expected, stand.users(store, room), room);
          }
        });
  }

  private void come(String room, String user) {
    if (room.isEmpty()) {
      attendance.came(user);
    } else {
      attendance.entered(room, user, "");
    }
  }

  private void go(String room, String user, Departure departure) {
    if (room.isEmpty()) {
      attendance.went(user, departure);
    } else {
      attendance.left(room, user, departure);
    }
  }

  private void pass(Duration time) {
    stand.run(() -> stand.nanos += time.toNanos());
    attendance.tick();
  }

  private List<String> calls() {
    return stand.on(stand.gated::taken);
  }

  private Set<String> servers(String user) {
    return PresenceContract.get(stand.on(() -> store.servers(user)));
  }

  private Members members(String room) {
    return PresenceContract.get(stand.on(() -> store.members(room)));
  }
}
