package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomTest {
  private static final Holder A = new Holder("app-1", 1);
  private static final Holder B = new Holder("app-2", 1);

  private final PresenceStand stand = new PresenceStand();
  private final Rooms rooms = new Rooms(stand.loops, stand.gated, () -> stand.nanos);
  private final List<String> heard = new ArrayList<>();
  private final Map<Holder, Long> turns = new HashMap<>();
  private Presence store = stand.store();
  private Room room;

  RoomTest() {
    stand.run(() -> stand.gated.replaceBy(store));
    room = open();
  }

  @AfterEach
  void end() {
    stand.close();
  }

  @Test
  void knowsWhoIsThereAndTellsOnlyWhatComesAfter() {
    enter(A, "bob", "{\"n\":1}");
    enter(A, "ann", "");
    known();
    assertEquals(List.of(), heard());
    assertEquals(List.of("ann", "bob {\"n\":1}"), members());

    enter(A, "cid", "{\"n\":2}");
    exit(A, "bob");

    assertEquals(List.of("+cid {\"n\":2}", "-bob {\"n\":1}"), heard());
    assertEquals(List.of("ann", "cid {\"n\":2}"), members());
  }

  @Test
  void readsOnceForAllWhoAsk() {
    stand.run(() -> stand.gated.holds = true);
    List<CompletionStage<Void>> askers = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      askers.add(stand.on(room::known));
    }
    stand.run(stand.gated::letAnswer);

    askers.forEach(PresenceContract::get);
    assertEquals(List.of("watch lobby", "members lobby"), stand.on(stand.gated::taken));
  }

  @Test
  void givesPagesInTheOrderOfUsers() {
    for (int i = 0; i < 250; i++) {
      enter(A, "u%03d".formatted(i), "");
    }
    known();

    List<String> seen = new ArrayList<>();
    Optional<String> after = Optional.of("");
    List<Integer> sizes = new ArrayList<>();
    while (after.isPresent()) {
      String from = after.get();
      Page page = stand.on(() -> room.page(from, 100));
      assertEquals(250, page.count());
      seen.addAll(page.members().keySet());
      sizes.add(page.members().size());
      after = page.next();
    }

    assertEquals(List.of(100, 100, 50), sizes);
    assertEquals(250, new TreeSet<>(seen).size());
    assertEquals("u249", seen.getLast());
    assertEquals(Optional.empty(), stand.on(() -> room.page("u149", 100)).next());
  }

  @Test
  void takesInWhatIsToldWhileItReads() {
    enter(A, "ann", "");
    stand.run(() -> stand.gated.holds = true);
    CompletionStage<Void> asked = stand.on(room::known);
    stand.run(
        () -> {
          stand.gated.letAnswer();
          stand.gated.holds = true;
        });
    enter(A, "bob", "");
    stand.run(stand.gated::letAnswer);
    PresenceContract.get(asked);

    assertEquals(List.of("ann", "bob"), members());
    enter(A, "cid", "");
    assertEquals(List.of("ann", "bob", "cid"), members());
  }

  @Test
  void readsWhatItMissedWhenTheNextMoveShowsIt() {
    enter(A, "ann", "");
    enter(A, "bob", "");
    known();
    stand.run(() -> stand.gated.deaf = true);
    exit(A, "ann");
    enter(A, "cid", "");
    exit(A, "bob");
    enter(A, "bob", "");
    stand.run(() -> stand.gated.deaf = false);
    assertEquals(List.of(), heard());

    enter(A, "dan", "");

    assertEquals(Set.of("-ann", "+cid", "+dan"), Set.copyOf(heard()));
    assertEquals(List.of("bob", "cid", "dan"), members());
  }

  @Test
  void readsWhatItMissedWhenVersionsShowIt() {
    // A room that everybody leaves is forgotten.
    enter(A, "cid", "");
    enter(A, "ann", "");
    known();
    stand.run(() -> stand.gated.deaf = true);
    exit(A, "ann");
    enter(A, "bob", "");
    stand.run(() -> stand.gated.deaf = false);

    ticks(Rooms.COMPARE_TICKS + 1);

    assertEquals(Set.of("-ann", "+bob"), Set.copyOf(heard()));
  }

  @Test
  void asksNothingMoreWhereVersionsAreTheSame() {
    enter(A, "ann", "");
    known();
    stand.run(stand.gated::taken);

    ticks(2 * Rooms.COMPARE_TICKS);

    assertEquals(List.of("versions lobby", "versions lobby"), stand.on(stand.gated::taken));
  }

  @Test
  void readsAnewWhatMayHaveBeenMissedInAnInterruption() {
    enter(A, "ann", "");
    known();
    stand.run(() -> stand.gated.deaf = true);
    enter(A, "bob", "");
    stand.run(
        () -> {
          stand.gated.deaf = false;
          stand.gated.renew("lobby");
        });

    assertEquals(List.of("+bob"), heard());
  }

  @Test
  void keepsThoseWhoAreSaidToBeThereAgainAfterTheRoomWasForgotten() {
    enter(A, "ann", "");
    enter(B, "bob", "");
    enter(B, "cid", "");
    known();
    forget();
    ticks(Rooms.COMPARE_TICKS);
    correct(A, "ann", "dan");
    correct(B, "bob");

    ticks((int) Room.DOUBT.toSeconds() - 1);
    assertEquals(List.of("+dan"), heard());
    assertEquals(List.of("ann", "bob", "cid", "dan"), members());

    ticks(Rooms.COMPARE_TICKS + 2);
    assertEquals(List.of("-cid"), heard());
    assertEquals(List.of("ann", "bob", "dan"), members());
  }

  @Test
  void hearsThatADoubtedOneLeaves() {
    enter(A, "ann", "");
    enter(B, "bob", "");
    known();
    forget();
    correct(A, "ann", "end");
    exit(A, "ann");

    assertEquals(List.of("+end", "-ann"), heard());
    ticks((int) Room.DOUBT.toSeconds() + 1);
    assertEquals(List.of("-bob"), heard());
  }

  @Test
  void keepsWhatItKnowsWhilePresenceIsAway() {
    enter(A, "ann", "");
    known();
    stand.run(
        () -> {
          stand.gated.away = true;
          stand.gated.renew("lobby");
        });
    ticks(20);
    assertEquals(List.of("ann"), members());

    enter(A, "bob", "");
    stand.run(() -> stand.gated.away = false);
    ticks(1);

    assertEquals(List.of("ann", "bob"), members());
    assertEquals(List.of("+bob"), heard());
  }

  @Test
  void saysThatItCannotBeReadAndIsReadWhenThatIsPossible() {
    enter(A, "ann", "");
    stand.run(() -> stand.gated.away = true);
    CompletionException failure = assertThrows(CompletionException.class, this::known);
    assertInstanceOf(PresenceException.class, failure.getCause());

    stand.run(() -> stand.gated.away = false);
    ticks(1);

    known();
    assertEquals(List.of("ann"), members());
    enter(A, "bob", "");
    assertEquals(List.of("+bob"), heard());
  }

  @Test
  void hearsNothingAfterItWasClosedAndOpensAnew() {
    enter(A, "ann", "");
    known();
    stand.run(() -> rooms.close("lobby"));
    enter(A, "bob", "");
    assertEquals(List.of(), heard());

    room = open();
    known();
    enter(A, "cid", "");

    assertEquals(List.of("ann", "bob", "cid"), members());
    assertEquals(List.of("+cid"), heard());
  }

  @Test
  void isWatchedAnewOnlyWhenTheFormerWatchHasEnded() {
    enter(A, "ann", "");
    stand.run(() -> stand.gated.holds = true);
    stand.run(room::known);
    stand.run(() -> rooms.close("lobby"));
    room = open();
    CompletionStage<Void> asked = stand.on(room::known);
    assertEquals(List.of("watch lobby"), stand.on(stand.gated::taken));

    stand.run(stand.gated::letAnswer);
    PresenceContract.get(asked);

    assertEquals(
        List.of("unwatch lobby", "watch lobby", "members lobby"), stand.on(stand.gated::taken));
  }

  @Test
  void dropsTheDeadSoonAfterTheFleetKnows() {
    enter(A, "ann", "");
    enter(B, "bob", "");
    known();
    stand.run(() -> stand.dead.add(B));

    rooms.fleetChanged();

    Awaitility.await().until(() -> heard().contains("-bob"));
    assertEquals(List.of("ann"), members());
  }

  /**
   * Whatever is lost, in whatever order, in the end it has what there is, and has told all of it.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597})
  void isRightInTheEnd(long seed) {
    Random random = new Random(seed);
    known();
    Set<String> told = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      Holder holder = random.nextBoolean() ? A : B;
      String user = "u" + random.nextInt(8);
      boolean flag = random.nextBoolean();
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> enter(holder, user, "");
        case 3, 4, 5 -> exit(holder, user);
        case 6 -> stand.run(() -> stand.gated.deaf = flag);
        case 7 -> stand.run(() -> stand.gated.away = flag);
        case 8 -> ticks(1);
        default ->
            stand.run(
                () -> {
                  if (flag) {
                    stand.gated.holds = true;
                  } else {
                    stand.gated.letAnswer();
                  }
                });
      }
      if (random.nextInt(400) == 0) {
        forget();
      }
      replay(told);
    }
    stand.run(
        () -> {
          stand.gated.away = false;
          stand.gated.deaf = false;
          stand.gated.letAnswer();
        });
    // They are believed until the end.
    enter(A, "u0", "");
    enter(B, "u1", "");
    ticks((int) Room.DOUBT.toSeconds() + 2 * Rooms.COMPARE_TICKS);
    replay(told);

    assertEquals(stand.users(store, "lobby"), told);
    assertEquals(List.copyOf(told), members());
  }

  private void replay(Set<String> told) {
    for (String word : heard()) {
      String user = word.substring(1);
      assertTrue(word.startsWith("+") ? told.add(user) : told.remove(user), word);
    }
  }

  private Room open() {
    return stand.on(
        () ->
            rooms.open(
                "lobby",
                new Room.Listener() {
                  @Override
                  public void joined(String user, String info) {
                    heard.add(("+" + user + " " + info).strip());
                  }

                  @Override
                  public void left(String user, String info) {
                    heard.add(("-" + user + " " + info).strip());
                  }
                }));
  }

  /** Redis loses everything. */
  private void forget() {
    store = stand.store();
    turns.clear();
    stand.run(() -> stand.gated.replaceBy(store));
  }

  private void known() {
    PresenceContract.get(stand.on(room::known));
  }

  private void enter(Holder holder, String user, String info) {
    Turn turn = PresenceContract.turn(turns.merge(holder, 1L, Long::sum));
    stand.run(() -> store.enter(holder, "lobby", Map.of(user, info), turn));
  }

  private void exit(Holder holder, String user) {
    Turn turn = PresenceContract.turn(turns.merge(holder, 1L, Long::sum));
    stand.run(() -> store.exit(holder, "lobby", List.of(user), turn));
  }

  private void correct(Holder holder, String... users) {
    Map<String, String> members = new HashMap<>();
    for (String user : users) {
      members.put(user, "");
    }
    turns.put(holder, 1L);
    stand.run(() -> store.correct(holder, "lobby", members, PresenceContract.turn(1)));
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      stand.run(() -> stand.nanos += Duration.ofSeconds(1).toNanos());
      rooms.tick();
    }
  }

  private List<String> heard() {
    return stand.on(
        () -> {
          List<String> words = List.copyOf(heard);
          heard.clear();
          return words;
        });
  }

  private List<String> members() {
    Page page = stand.on(() -> room.page("", 1_000));
    List<String> words = new ArrayList<>();
    page.members().forEach((user, info) -> words.add((user + " " + info).strip()));
    assertEquals(page.count(), words.size());
    return words;
  }
}
