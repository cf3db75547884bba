package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Presence} does. */
abstract class PresenceContract {
  static final Duration BRIEF = Duration.ofMillis(1_500);

  static final Holder A = new Holder("app-1", 1);
  static final Holder B = new Holder("app-2", 7);
  static final Holder C = new Holder("app-3", 3);
  static final Map<String, Holder> BY_NAME = Map.of("a", A, "b", B, "c", C);

  /** Whom the fleet knows to be dead. */
  final Dead dead = new Dead(System::nanoTime);

  abstract Presence presence();

  /** Another one, which believes a holder for {@link #BRIEF} only. */
  abstract Presence brief();

  /** A user or a room that no other test uses. */
  static String name() {
    return "demo." + Long.toString(System.nanoTime(), 36);
  }

  /** One of a holder's words about a room, all of one series. */
  static Turn turn(long number) {
    return new Turn("t", number);
  }

  @Test
  void knowsNobodyAtFirst() {
    String room = name();

    assertEquals(Set.of(), servers(name()));
    assertEquals(Members.NONE, members(room));
    assertEquals(Map.of(room, Version.NONE), get(presence().versions(List.of(room))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "acb", "bac", "bca", "cab", "cba"})
  void hasAUserOnlineUntilTheLastOfItsServersEnds(String order) {
    String user = "acme/" + name();
    for (Holder holder : List.of(A, B, C)) {
      get(presence().online(holder, List.of(user)));
    }
    Set<String> left = new TreeSet<>(Set.of("app-1", "app-2", "app-3"));
    assertEquals(left, servers(user));

    for (String end : order.split("")) {
      Holder holder = Objects.requireNonNull(BY_NAME.get(end));
      get(presence().offline(holder, List.of(user)));
      left.remove(holder.server());
      assertEquals(left, servers(user), "after the end of " + holder);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "acb", "bac", "bca", "cab", "cba"})
  void hasAMemberUntilTheLastOfItsServersEnds(String order) throws Exception {
    String room = name();
    Told told = watch(room);
    for (Holder holder : List.of(A, B, C)) {
      assertTrue(get(presence().enter(holder, room, Map.of("ann", ""), turn(1))));
    }
    assertEquals(List.of(new Member("ann", "app-3", "")), members(room).members());

    List<String> left = new ArrayList<>(List.of("app-1", "app-2", "app-3"));
    for (String end : order.split("")) {
      Holder holder = Objects.requireNonNull(BY_NAME.get(end));
      left.remove(holder.server());
      assertTrue(get(presence().exit(holder, room, List.of("ann"), turn(2))));
      List<Member> members = members(room).members();
      assertEquals(left.isEmpty() ? 0 : 1, members.size());
      for (Member member : members) {
        assertTrue(left.contains(member.server()), member + " after the end of " + holder);
      }
    }
    assertEquals(List.of("+ann", "-ann"), told.words(2));
    assertEquals(0, told.moves.size());
  }

  @Test
  void keepsUsersOfTenantsApart() {
    String user = name();
    get(presence().online(A, List.of("acme/" + user)));
    get(presence().online(B, List.of("other/" + user)));

    assertEquals(Set.of("app-1"), servers("acme/" + user));
    assertEquals(Set.of("app-2"), servers("other/" + user));
    assertEquals(Set.of(), servers(user));
  }

  @Test
  void sendsMovesAndVersionsThatFitTheMembers() throws Exception {
    String room = name();
    Told told = watch(room);
    get(presence().enter(A, room, Map.of("ann", "", "bob", ""), turn(1)));
    get(presence().enter(B, room, Map.of("bob", "", "cid", ""), turn(1)));
    get(presence().exit(A, room, List.of("ann", "bob"), turn(2)));
    get(presence().exit(B, room, List.of("nobody", "bob"), turn(2)));

    Set<String> replayed = new TreeSet<>();
    Version version = null;
    for (int moves = 0; moves < 5; ) {
      Moves together = told.next();
      assertEquals(
          version == null ? new Version(together.before().life(), 0) : version, together.before());
      for (Move move : together.moves()) {
        switch (move) {
          case Move.Join join -> assertTrue(replayed.add(join.user()));
          case Move.Leave leave -> assertTrue(replayed.remove(leave.user()));
        }
        moves++;
      }
      version = together.after();
    }
    assertEquals(Set.of("cid"), replayed);
    assertEquals(replayed, users(room));
    assertEquals(version, members(room).version());
    assertEquals(Map.of(room, version), get(presence().versions(List.of(room))));
    assertEquals(0, told.moves.size());
  }

  @Test
  void saysNothingOfWhatIsRepeated() throws Exception {
    String room = name();
    Told told = watch(room);
    get(presence().enter(A, room, Map.of("ann", ""), turn(1)));
    get(presence().enter(A, room, Map.of("ann", ""), turn(2)));
    get(presence().exit(A, room, List.of("ann"), turn(3)));
    get(presence().exit(A, room, List.of("ann"), turn(1)));
    get(presence().enter(B, room, Map.of("end", ""), turn(1)));

    assertEquals(List.of("+ann", "-ann", "+end"), told.words(3));
  }

  @Test
  void keepsTheInfoOfTheFirstAsItIs() throws Exception {
    String room = name();
    String info = "{\"name\":\"Zoë\\n😀\",\n\"long\":\"%s\"}".formatted("y".repeat(400));
    Told told = watch(room);
    get(presence().enter(A, room, Map.of("ann", info), turn(1)));
    get(presence().enter(B, room, Map.of("ann", "{\"other\":1}"), turn(1)));

    assertEquals(List.of("+ann " + info), told.words(1));
    assertEquals(List.of(new Member("ann", "app-2", info)), members(room).members());
    get(presence().exit(A, room, List.of("ann"), turn(2)));
    assertEquals(List.of(new Member("ann", "app-2", info)), members(room).members());
  }

  @Test
  void tellsNothingAfterTheWatchEndedAndAllAfterANewOne() throws Exception {
    String room = name();
    Told first = watch(room);
    get(presence().unwatch(room));
    get(presence().enter(A, room, Map.of("ann", ""), turn(1)));
    Told second = watch(room);
    get(presence().enter(A, room, Map.of("bob", ""), turn(2)));

    assertEquals(List.of("+bob"), second.words(1));
    assertEquals(0, first.moves.size());
  }

  @Test
  void countsNoDeadHolderOfAUser() {
    String user = name();
    get(presence().online(A, List.of(user)));
    get(presence().online(B, List.of(user)));

    dead.add(B);
    assertEquals(Set.of("app-1"), servers(user));
    get(presence().offline(A, List.of(user)));
    assertEquals(Set.of(), servers(user));
  }

  @Test
  void dropsDeadHoldersBeforeARoomIsRead() throws Exception {
    String room = name();
    Told told = watch(room);
    get(presence().enter(A, room, Map.of("ann", "", "bob", ""), turn(1)));
    get(presence().enter(B, room, Map.of("bob", ""), turn(1)));
    told.words(2);

    dead.add(A);

    Members members = members(room);
    assertEquals(List.of(new Member("bob", "app-2", "")), members.members());
    assertEquals(List.of("-ann"), told.words(1));
    assertEquals(members.version(), get(presence().versions(List.of(room))).get(room));
    assertEquals(Set.of(room), get(presence().refresh(A, Map.of(room, turn(1)))));
  }

  @Test
  void dropsAHolderThatLivesAfterAllOnlyOnce() throws Exception {
    String room = name();
    String user = name();
    Told told = watch(room);
    get(presence().online(A, List.of(user)));
    get(presence().enter(A, room, Map.of("ann", ""), turn(1)));
    dead.add(A);
    assertEquals(Set.of(), users(room));
    assertEquals(Set.of(), servers(user));

    long begin = System.nanoTime();
    Awaitility.await().until(() -> System.nanoTime() - begin > 500_000_000);
    get(presence().online(A, List.of(user)));
    get(presence().correct(A, room, Map.of("ann", ""), turn(1)));

    assertEquals(Set.of("ann"), users(room));
    get(presence().sweep(List.of(room)));
    assertEquals(Set.of("app-1"), servers(user));
    assertEquals(Set.of(), get(presence().refresh(A, Map.of(room, turn(1)))));
    assertEquals(List.of("+ann", "-ann", "+ann"), told.words(3));
    assertEquals(0, told.moves.size());
  }

  @Test
  void dropsDeadHoldersFromManyRoomsAndOnlyOnce() throws Exception {
    List<String> rooms = IntStream.range(0, 350).mapToObj(i -> name() + "." + i).toList();
    Told told = watch(rooms.getLast());
    for (String room : rooms) {
      get(presence().enter(A, room, Map.of("ann", ""), turn(1)));
      get(presence().enter(B, room, Map.of("bob", ""), turn(1)));
    }
    told.words(2);

    dead.add(A);
    CompletionStage<Void> once = presence().sweep(rooms);
    CompletionStage<Void> twice = presence().sweep(rooms);
    get(once);
    get(twice);

    for (String room : rooms) {
      assertEquals(Set.of("bob"), users(room));
    }
    get(presence().exit(B, rooms.getLast(), List.of("bob"), turn(2)));
    assertEquals(List.of("-ann", "-bob"), told.words(2));
  }

  @Test
  void believesAnEarlierLifeOfAServerUntilTheFleetSaysThatItIsDead() throws Exception {
    String room = name();
    Holder again = new Holder(A.server(), A.generation() + 1);
    Told told = watch(room);
    get(presence().enter(A, room, Map.of("ann", "", "bob", ""), turn(1)));
    told.words(2);
    assertTrue(get(presence().enter(again, room, Map.of("bob", ""), turn(1))));

    assertEquals(Set.of("ann", "bob"), users(room));

    dead.add(A);

    assertEquals(List.of(new Member("bob", "app-1", "")), members(room).members());
    assertEquals(List.of("-ann"), told.words(1));
    get(presence().exit(again, room, List.of("bob"), turn(2)));
    assertEquals(List.of("-bob"), told.words(1));
  }

  @Test
  void believesNobodyWhoIsSilentForLong() throws Exception {
    String room = name();
    String user = name();
    Told told = new Told();
    get(brief().watch(room, told));
    get(brief().online(A, List.of(user)));
    get(brief().enter(A, room, Map.of("ann", ""), turn(1)));
    assertEquals(List.of("+ann"), told.words(1));

    Awaitility.await().until(() -> get(brief().servers(user)).isEmpty());
    Awaitility.await().until(() -> get(brief().members(room)).members().isEmpty());

    assertEquals(List.of("-ann"), told.words(1));
    get(brief().unwatch(room));
  }

  @Test
  void believesWhoeverSpeaks() {
    String room = name();
    String user = name();
    long begin = System.nanoTime();
    get(brief().online(A, List.of(user)));
    get(brief().enter(A, room, Map.of("ann", ""), turn(1)));

    Awaitility.await()
        .pollInterval(BRIEF.dividedBy(8))
        .until(
            () -> {
              get(brief().online(A, List.of(user)));
              assertEquals(Set.of(), get(brief().refresh(A, Map.of(room, turn(1)))));
              assertEquals(Set.of("app-1"), get(brief().servers(user)));
              assertEquals(1, get(brief().members(room)).members().size());
              return System.nanoTime() - begin > 3 * BRIEF.toNanos();
            });
  }

  @Test
  void saysWhereAHolderIsNotWhatItTakesItselfFor() {
    String known = name();
    String other = name();
    String unknown = name();
    get(presence().enter(A, known, Map.of("ann", ""), turn(1)));
    get(presence().enter(A, known, Map.of("bob", ""), turn(2)));
    get(presence().enter(A, other, Map.of("ann", ""), turn(1)));

    assertEquals(
        Set.of(other, unknown),
        get(presence().refresh(A, Map.of(known, turn(2), other, turn(2), unknown, turn(1)))));
    assertEquals(Set.of(known), get(presence().refresh(B, Map.of(known, turn(2)))));
  }

  @Test
  void saysWhenATurnIsMissing() {
    String room = name();
    assertTrue(get(presence().enter(A, room, Map.of("ann", ""), turn(1))));

    assertFalse(get(presence().enter(A, room, Map.of("bob", ""), turn(3))));
    assertFalse(get(presence().exit(A, room, List.of("bob"), turn(4))));
    assertEquals(Set.of(room), get(presence().refresh(A, Map.of(room, turn(4)))));
  }

  @Test
  void beginsWithTheFirstTurnWhereItHoldsNobody() {
    String room = name();
    for (int round = 0; round < 3; round++) {
      assertTrue(get(presence().enter(A, room, Map.of("ann", ""), turn(1))));
      assertTrue(get(presence().enter(A, room, Map.of("bob", ""), turn(2))));
      assertTrue(get(presence().exit(A, room, List.of("ann", "bob"), turn(3))));
      assertEquals(Set.of(), users(room));
    }
  }

  @Test
  void correctsWhatAHolderHoldsAndNothingElse() throws Exception {
    String room = name();
    get(presence().enter(A, room, Map.of("ann", "", "bob", "", "cid", ""), turn(1)));
    get(presence().enter(B, room, Map.of("bob", "", "eve", ""), turn(1)));
    Told told = watch(room);

    get(presence().correct(A, room, Map.of("cid", "", "dan", "{}"), turn(5)));

    assertEquals(Set.of("bob", "cid", "dan", "eve"), users(room));
    assertEquals(Set.of("-ann", "+dan {}"), Set.copyOf(told.words(2)));
    assertEquals(Set.of(), get(presence().refresh(A, Map.of(room, turn(5)))));
    assertTrue(get(presence().exit(A, room, List.of("dan"), turn(6))));
    get(presence().correct(A, room, Map.of(), turn(0)));
    assertEquals(Set.of("bob", "eve"), users(room));
    assertEquals(Set.of("-dan", "-cid"), Set.copyOf(told.words(2)));
    assertTrue(get(presence().enter(A, room, Map.of("ann", ""), turn(1))));
    assertEquals(List.of("+ann"), told.words(1));
  }

  @Test
  void takesAThousandAtOnce() throws Exception {
    String room = name();
    Told told = watch(room);
    Map<String, String> some = new HashMap<>();
    Map<String, String> others = new HashMap<>();
    IntStream.range(0, 1_000).forEach(i -> some.put("u" + i, "{\"n\":" + i + "}"));
    IntStream.range(500, 1_500).forEach(i -> others.put("u" + i, "{\"n\":" + i + "}"));

    assertTrue(get(presence().enter(A, room, some, turn(1))));
    assertEquals(some.keySet(), users(room));
    get(presence().correct(A, room, others, turn(1)));
    assertEquals(others.keySet(), users(room));
    for (Member member : members(room).members()) {
      assertEquals(others.get(member.user()), member.info());
    }
    assertTrue(get(presence().exit(A, room, others.keySet(), turn(2))));
    assertEquals(Set.of(), users(room));
    assertEquals(3_000, told.words(3_000).size());

    get(presence().online(A, some.keySet()));
    assertEquals(Set.of("app-1"), servers("u999"));
    get(presence().offline(A, some.keySet()));
    assertEquals(Set.of(), servers("u999"));
  }

  @Test
  void dropsAHolderOfThousands() throws Exception {
    String room = name();
    Map<String, String> many = new HashMap<>();
    IntStream.range(0, 2_000).forEach(i -> many.put("u" + i, ""));
    get(presence().enter(A, room, many, turn(1)));
    get(presence().enter(B, room, Map.of("u5", "", "b", ""), turn(1)));
    Told told = watch(room);

    dead.add(A);
    get(presence().sweep(List.of(room)));

    assertEquals(Set.of("u5", "b"), users(room));
    assertEquals(1_999, Set.copyOf(told.words(1_999)).size());
    assertEquals(0, told.moves.size());
  }

  @Test
  void givesADroppedHolderThatLivesWhatIsItsAgain() throws Exception {
    String room = name();
    get(presence().enter(A, room, Map.of("ann", ""), turn(1)));
    get(presence().enter(B, room, Map.of("bob", ""), turn(1)));
    dead.add(A);
    get(presence().sweep(List.of(room)));
    dead.clear();
    Told told = watch(room);

    assertEquals(Set.of(room), get(presence().refresh(A, Map.of(room, turn(1)))));
    get(presence().correct(A, room, Map.of("ann", ""), turn(1)));

    assertEquals(List.of("+ann"), told.words(1));
    assertEquals(Set.of("ann", "bob"), users(room));
    assertNotEquals(Version.NONE, members(room).version());
  }

  Told watch(String room) {
    Told told = new Told();
    get(presence().watch(room, told));
    return told;
  }

  Set<String> servers(String user) {
    return get(presence().servers(user));
  }

  Members members(String room) {
    return get(presence().members(room));
  }

  Set<String> users(String room) {
    Set<String> users = new TreeSet<>();
    members(room).members().forEach(member -> users.add(member.user()));
    return users;
  }

  static <T> T get(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    return future.orTimeout(10, TimeUnit.SECONDS).join();
  }
}
