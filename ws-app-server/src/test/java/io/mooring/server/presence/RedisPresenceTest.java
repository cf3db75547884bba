package io.mooring.server.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.CopyArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.server.loop.Loops;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.Subscriptions;
import io.mooring.server.stand.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisPresenceTest extends PresenceContract {
  @TempDir private static Path folder;

  /** For how long keys outlive the last word, at least. */
  private static final Duration KEPT = Duration.ofSeconds(40);

  private static Store store;
  private static RedisCommands<String, String> redis;

  private final List<RedisLink> links = new ArrayList<>();
  private final Presence presence = server(Presence.TTL, KEPT);
  private final Presence brief = server(BRIEF, KEPT);

  @BeforeAll
  static void startStore() {
    store = Store.start(folder.resolve("first"));
    redis = store.commands();
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
  void keepsUsersAndRoomsAsIsDocumented() {
    String user = name();
    String room = name();
    get(presence.online(A, List.of(user)));
    get(presence.online(B, List.of(user)));
    get(presence.enter(A, room, Map.of("ann", "{\"n\":1}", "bob", ""), turn(1)));
    get(presence.enter(B, room, Map.of("bob", ""), turn(1)));

    assertEquals("app-2", redis.get("presence:" + user));
    assertTtl(30_000, "presence:" + user);
    assertEquals(
        List.of("app-1@1", "app-2@7"), redis.zrange("sockets:{presence:" + user + "}", 0, -1));
    assertTtl(30_000, "sockets:{presence:" + user + "}");
    assertEquals(
        Map.of("ann", "app-1", "bob", "app-2"), redis.hgetall("room:" + room + ":presence"));
    String tag = "{room:" + room + ":presence}";
    assertEquals(List.of("app-1@1", "app-2@7"), redis.zrange("sockets:" + tag, 0, -1));
    assertEquals(
        Map.of("ann", "app-1@1", "bob", "app-1@1 app-2@7"), redis.hgetall("holders:" + tag));
    assertEquals(Map.of("ann", "{\"n\":1}"), redis.hgetall("info:" + tag));
    Map<String, String> about = redis.hgetall("about:" + tag);
    assertTrue(Objects.requireNonNull(about.remove("life")).matches("[0-9a-z]{1,8}"));
    assertEquals(Map.of("v", "2", "app-1@1", "tn1 2", "app-2@7", "tn1 1"), about);
    for (String key : List.of("sockets:" + tag, "holders:" + tag, "info:" + tag, "about:" + tag)) {
      assertTtl(40_000, key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "acb", "bac", "bca", "cab", "cba"})
  void namesALiveServerUntilTheLastEnds(String order) {
    String user = name();
    String room = name();
    List<String> left = new ArrayList<>(List.of("app-1", "app-2", "app-3"));
    for (Holder holder : List.of(A, B, C)) {
      get(presence.online(holder, List.of(user)));
      get(presence.enter(holder, room, Map.of("ann", ""), turn(1)));
    }

    for (String end : order.split("")) {
      Holder holder = Objects.requireNonNull(BY_NAME.get(end));
      get(presence.offline(holder, List.of(user)));
      get(presence.exit(holder, room, List.of("ann"), turn(2)));
      left.remove(holder.server());
      if (!left.isEmpty()) {
        assertTrue(left.contains(redis.get("presence:" + user)));
        assertTrue(left.contains(redis.hget("room:" + room + ":presence", "ann")));
        assertTtl(30_000, "presence:" + user);
      }
    }
    assertNull(redis.get("presence:" + user));
    assertEquals(0, redis.exists("sockets:{presence:" + user + "}", "room:" + room + ":presence"));
  }

  @Test
  void namesNoDeadServerOfAUserThatOneHasLeft() {
    String user = name();
    get(presence.online(C, List.of(user)));
    get(presence.online(B, List.of(user)));
    get(presence.online(A, List.of(user)));

    dead.add(B);
    get(presence.offline(A, List.of(user)));
    assertEquals("app-3", redis.get("presence:" + user));
    get(presence.offline(C, List.of(user)));
    assertNull(redis.get("presence:" + user));
  }

  @Test
  void leavesNothingBehindWhenAllAreSilent() {
    String user = name();
    String room = name();
    Presence forgetful = server(BRIEF, BRIEF);
    get(forgetful.online(A, List.of(user)));
    get(forgetful.enter(A, room, Map.of("ann", "{}"), turn(1)));
    get(forgetful.enter(B, room, Map.of("ann", "{}"), turn(1)));
    assertEquals(5, redis.keys("*" + room + "*").size());

    Awaitility.await()
        .until(
            () -> redis.keys("*" + room + "*").isEmpty() && redis.keys("*" + user + "*").isEmpty());
  }

  @Test
  void isSharedByServers() throws Exception {
    Presence other = server(Presence.TTL, KEPT);
    String room = name();
    Told told = new Told();
    get(other.watch(room, told));
    get(presence.enter(A, room, Map.of("ann", ""), turn(1)));
    get(other.enter(B, room, Map.of("bob", ""), turn(1)));

    assertEquals(List.of("+ann", "+bob"), told.words(2));
    assertEquals(members(room), get(other.members(room)));

    dead.add(A);
    CompletionStage<Void> here = presence.sweep(List.of(room));
    CompletionStage<Void> there = other.sweep(List.of(room));
    get(here);
    get(there);
    get(other.exit(B, room, List.of("bob"), turn(2)));
    assertEquals(List.of("-ann", "-bob"), told.words(2));
  }

  @Test
  void isWhatItsHoldersSayAfterAllWasLost() throws Exception {
    String user = name();
    String room = name();
    Told told = watch(room);
    get(presence.online(A, List.of(user)));
    get(presence.enter(A, room, Map.of("ann", "{}"), turn(1)));
    get(presence.enter(B, room, Map.of("bob", ""), turn(1)));
    Version before = members(room).version();
    told.words(2);

    redis.flushall();
    redis.scriptFlush();
    get(presence.online(A, List.of(user)));
    assertEquals(Set.of(room), get(presence.refresh(A, Map.of(room, turn(1)))));
    get(presence.correct(A, room, Map.of("ann", "{}"), turn(1)));
    assertEquals(Set.of(room), get(presence.refresh(B, Map.of(room, turn(1)))));
    get(presence.correct(B, room, Map.of("bob", ""), turn(1)));

    assertEquals(Set.of("app-1"), servers(user));
    assertEquals(Set.of("ann", "bob"), users(room));
    assertNotEquals(before.life(), members(room).version().life());
    assertEquals(List.of("+ann {}", "+bob"), told.words(2));
  }

  @Test
  void forgetsASilentHolderOfAUserWhomAnotherHolds() {
    String user = name();
    get(brief.online(A, List.of(user)));

    Awaitility.await()
        .until(
            () -> {
              get(brief.online(B, List.of(user)));
              return redis
                  .zrange("sockets:{presence:" + user + "}", 0, -1)
                  .equals(List.of("app-2@7"));
            });
  }

  @Test
  void dropsTheDeadFromAllRoomsThoughOneIsBroken() {
    List<String> rooms = IntStream.range(0, 30).mapToObj(i -> name() + "." + i).toList();
    for (String room : rooms) {
      get(presence.enter(A, room, Map.of("ann", ""), turn(1)));
    }
    String broken = rooms.getFirst();
    redis.set("holders:{room:" + broken + ":presence}", "foreign");

    dead.add(A);
    assertThrows(CompletionException.class, () -> get(presence.sweep(rooms)));

    for (String room : rooms.subList(1, rooms.size())) {
      assertEquals(Map.of(), redis.hgetall("room:" + room + ":presence"), room);
    }
  }

  /** As a replica does that was behind and is promoted. */
  @Test
  void isWhatThereIsAfterRedisCameBackAsItWasBefore() {
    String room = name();
    List<String> keys = List.of(PresenceKeys.ofRoom(room)).subList(0, 5);
    CopyArgs replace = CopyArgs.Builder.replace(true);
    try (Loops loops = new Loops(1)) {
      Attendance attendance =
          new Attendance(loops, presence, () -> Optional.of(A), Duration.ofSeconds(15), true);
      attendance.entered(room, "ann", "");
      Awaitility.await().until(() -> users(room).equals(Set.of("ann")));
      keys.forEach(key -> redis.copy(key, "before:" + key, replace));
      attendance.left(room, "ann", Departure.FOR_GOOD);
      Awaitility.await().until(() -> users(room).isEmpty());
      attendance.entered(room, "bob", "");
      Awaitility.await().until(() -> users(room).equals(Set.of("bob")));

      keys.forEach(redis::del);
      keys.forEach(key -> redis.copy("before:" + key, key, replace));

      assertEquals(Set.of("ann"), users(room));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                attendance.tick();
                return users(room).equals(Set.of("bob"));
              });
    }
  }

  /** Others drop a holder that lives, while it says in portions whom it holds. */
  @Test
  void isAsAHolderSaysThatWasToldItHasSaidAll() {
    Presence other = server(Presence.TTL, KEPT);
    String room = name();
    Map<String, String> all = new HashMap<>();
    IntStream.range(0, 1_500).forEach(i -> all.put("u" + i, ""));
    for (int round = 0; round < 20; round++) {
      CompletableFuture<Boolean> corrected =
          presence.correct(A, room, all, turn(1)).toCompletableFuture();
      while (!corrected.isDone()) {
        dead.add(A);
        get(other.sweep(List.of(room)));
      }
      boolean kept = get(corrected) && get(presence.refresh(A, Map.of(room, turn(1)))).isEmpty();
      dead.clear();
      if (kept) {
        assertEquals(all.keySet(), users(room), "in round " + round);
      }
    }
  }

  @Test
  void dropsWhomOnlyTheListsKnow() throws Exception {
    String room = name();
    get(presence.enter(A, room, Map.of("ann", ""), turn(1)));
    get(presence.enter(B, room, Map.of("bob", ""), turn(1)));
    redis.zrem("sockets:{room:" + room + ":presence}", A.toString());

    assertEquals(Set.of("bob"), users(room));
  }

  @Test
  void dropsWhatOthersPublishOnItsChannels() throws Exception {
    String room = name();
    Told told = watch(room);
    for (String foreign :
        List.of("", "hello", "life 0\n", "life x\n+a 0\n", "life 0\n+a 9\n{}", "l 0\n*a\n")) {
      redis.spublish(PresenceKeys.moves(room), foreign);
    }
    get(presence.enter(A, room, Map.of("ann", ""), turn(1)));

    assertEquals(List.of("+ann"), told.words(1));
    assertEquals(0, told.moves.size());
  }

  @Test
  void keepsOneBrokenKeyFromHinderingOthers() {
    String broken = name();
    String sound = name();
    redis.set("sockets:{presence:" + broken + "}", "foreign");
    redis.set("about:{room:" + broken + ":presence}", "foreign");

    get(presence.online(A, List.of(broken, sound)));
    assertEquals(Set.of("app-1"), servers(sound));
    get(presence.offline(A, List.of(broken, sound)));
    assertEquals(Set.of(), servers(sound));
    get(presence.enter(A, sound, Map.of("ann", ""), turn(1)));
    assertEquals(Set.of(), get(presence.refresh(A, Map.of(broken, turn(1), sound, turn(1)))));
    get(presence.sweep(List.of(broken, sound)));
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> get(presence.enter(A, broken, Map.of("ann", ""), turn(1))));
    assertInstanceOf(PresenceException.class, failure.getCause());
    assertTrue(
        String.valueOf(failure.getCause().getMessage()).contains("about:{room:" + broken),
        failure.getMessage());
  }

  @Test
  void failsSoonWhileRedisIsAwayAndComesBackByItself() throws Exception {
    String room = name();
    Told told = watch(room);
    store.kill();
    RedisLink link = links.getFirst();
    Awaitility.await().until(() -> link.downBecause().isPresent());

    for (CompletionStage<?> stage :
        List.of(
            presence.online(A, List.of("ann")),
            presence.offline(A, List.of("ann")),
            presence.servers("ann"),
            presence.enter(A, room, Map.of("ann", ""), turn(1)),
            presence.exit(A, room, List.of("ann"), turn(2)),
            presence.correct(A, room, Map.of("ann", ""), turn(1)),
            presence.refresh(A, Map.of(room, turn(1))),
            presence.members(room),
            presence.versions(List.of(room)),
            presence.sweep(List.of(room)),
            presence.watch(name(), new Told()))) {
      CompletionException failure = assertThrows(CompletionException.class, () -> get(stage));
      assertInstanceOf(PresenceException.class, failure.getCause());
    }

    store.comeBack(folder.resolve("empty"));
    assertNotNull(told.renewals.poll(10, TimeUnit.SECONDS));
    Awaitility.await().until(() -> link.downBecause().isEmpty());
    get(presence.enter(A, room, Map.of("ann", ""), turn(1)));
    assertEquals(List.of("+ann"), told.words(1));
  }

  private static void assertTtl(long expected, String key) {
    long millis = redis.pttl(key);
    assertTrue(millis > expected - 10_000 && millis <= expected, key + " has " + millis + " ms");
  }

  private Presence server(Duration ttl, Duration keysTtl) {
    RedisLink link = new RedisLink(store.uri());
    links.add(link);
    Subscriptions subscriptions = new Subscriptions(link);
    RedisPresence server = new RedisPresence(link, subscriptions, dead::millis, ttl, keysTtl);
    server.start();
    link.start(subscriptions);
    Awaitility.await().until(() -> link.downBecause().isEmpty());
    return server;
  }
}
