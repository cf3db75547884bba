package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.server.broker.Arrivals;
import io.mooring.server.broker.Backbone;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.stand.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisHistoryTest extends HistoryContract {
  @TempDir private static Path folder;

  private static Store store;
  private static RedisCommands<String, String> redis;

  private Backbone backbone;

  @BeforeAll
  static void startStore() {
    store = Store.start(folder.resolve("first"));
    redis = store.commands();
  }

  @AfterAll
  static void endStore() {
    store.close();
  }

  @BeforeEach
  void start() {
    backbone = store.backbone(new Arrivals());
  }

  @AfterEach
  void end() {
    backbone.close();
  }

  @Override
  Backbone backbone() {
    return backbone;
  }

  @Test
  void keepsALogAsIsDocumented() {
    String channel = channel();
    Position first = get(send(channel, key("k", "{\"a\":1}")));
    Position second =
        get(send(channel, Publication.of("", user("bob"), "2".getBytes(UTF_8), "my own")));

    List<StreamMessage<String, String>> entries =
        redis.xrange(RedisKeys.log(channel), Range.unbounded());
    assertEquals("1-0", entries.get(0).getId());
    assertEquals("2-0", entries.get(1).getId());
    assertEquals(
        Map.of(
            "tag", "" + first.tag(), "key", "k", "from", "ann", "data", "{\"a\":1}", "prev", "0"),
        entries.get(0).getBody());
    assertEquals("" + first.tag(), entries.get(1).getBody().get("prev"));
    assertEquals(
        Map.of("epoch", first.epoch(), "off", "2", "tag", "" + second.tag(), "bytes", "8"),
        redis.hgetall(RedisKeys.meta(channel)));
    assertEquals(Map.of("k", "0000000000000001 {\"a\":1}"), redis.hgetall(RedisKeys.keys(channel)));
    String once = RedisKeys.once(channel, "user//bob", "my own");
    assertEquals(second.epoch() + " 2 " + second.tag(), redis.get(once));
    assertAbout(Duration.ofMinutes(5), RedisKeys.log(channel));
    assertAbout(Duration.ofDays(1), RedisKeys.meta(channel));
    assertAbout(Duration.ofDays(1), RedisKeys.keys(channel));
    assertAbout(Duration.ofMinutes(5), once);
  }

  @Test
  void keepsLogsInTheCallsThatReadTheirTops() {
    List<String> channels = Stream.generate(HistoryContract::channel).limit(300).toList();
    channels.forEach(this::top);
    Map<String, Duration> kept = new HashMap<>();
    channels.subList(0, 100).forEach(channel -> kept.put(channel, Duration.ofDays(2)));
    kept.put(channels.get(299), Duration.ofHours(1));
    get(history().tops(channels, Map.of()));
    long scripts = calls("evalsha");
    long deadlines = calls("pexpire");

    assertEquals(300, get(history().tops(channels, kept)).size());

    assertEquals(2, calls("evalsha") - scripts);
    assertEquals(2 * kept.size(), calls("pexpire") - deadlines);
    assertAbout(Duration.ofDays(2), RedisKeys.meta(channels.get(99)));
    assertAbout(Duration.ofDays(1), RedisKeys.meta(channels.get(100)));
    // Another server may keep it for longer than this one knows of.
    assertAbout(Duration.ofDays(1), RedisKeys.meta(channels.get(299)));
  }

  private static long calls(String command) {
    Matcher found =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(redis.info("commandstats"));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  @Test
  void givesALogThatWasDeletedByHandItsDeadlineAgain() {
    String channel = channel();
    Retention most =
        new Retention(
            10, Duration.ofDays(366), Duration.ofDays(366), 10, Retention.DEFAULT.keyBytes());
    get(backbone.broker().publish(channel, key("k", "1"), most));
    redis.del(RedisKeys.log(channel));

    get(backbone.broker().publish(channel, key("k", "2"), most));

    for (String key :
        List.of(RedisKeys.log(channel), RedisKeys.meta(channel), RedisKeys.keys(channel))) {
      assertTrue(redis.ttl(key) > Duration.ofDays(365).toSeconds(), key);
    }
  }

  @ParameterizedTest
  @CsvSource({"epoch, ''", "off, abc", "tag, x1", "tag, ''", "off, -1", "off, 9999999999999999"})
  void failsWhereTheMetaIsBrokenAndSaysWhichItIs(String field, String value) {
    String channel = channel();
    String epoch = publish(channel, "x").epoch();
    redis.hset(RedisKeys.meta(channel), field, value);

    assertEachFails(channel, epoch, RedisKeys.meta(channel));
    assertEquals(Map.of(), get(history().tops(List.of(channel), Map.of())));
  }

  @Test
  void failsWhereAKeyIsOfAnotherTypeAndSaysWhichItIs() {
    String channel = channel();
    redis.set(RedisKeys.meta(channel), "a string");

    assertEachFails(channel, "e", RedisKeys.meta(channel));
    String other = channel();
    Position top = publish(other, "x");
    assertEquals(Map.of(other, top), get(history().tops(List.of(channel, other), Map.of())));
  }

  @Test
  void failsWhereTheLogHoldsWhatIsNoPublication() {
    String channel = channel();
    publish(channel, "x");
    redis.xadd(RedisKeys.log(channel), new XAddArgs().id("2-0"), Map.of("hello", "world"));

    assertUnavailable(
        RedisKeys.log(channel), history().read(channel, 0, MANY, LARGE, Retention.DEFAULT));
    assertUnavailable(RedisKeys.log(channel), send(channel, text("y")));
    assertEquals(1, top(channel).off());
  }

  @Test
  void readsEntriesThatDoNotSayWhatWasBeforeThem() {
    String channel = channel();
    List<Position> positions = publish(channel, 3);
    redis.del(RedisKeys.log(channel));
    for (Position position : positions.subList(1, 3)) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("tag", "" + position.tag());
      fields.put("key", "k");
      fields.put("from", "ann");
      fields.put("data", "" + position.off());
      redis.xadd(RedisKeys.log(channel), new XAddArgs().id(position.off() + "-0"), fields);
    }
    positions.add(publish(channel, "x"));

    Excerpt unproven = read(channel, 1, MANY, LARGE);
    assertEquals(Excerpt.NOT_HELD, unproven.tagAfter());
    assertEquals(Optional.of(Gap.TRIMMED), unproven.gapSince(positions.get(0)));
    assertTrue(snapshot(channel, positions.get(0)).full());
    Excerpt proven = read(channel, 2, MANY, LARGE);
    assertEquals(positions.subList(2, 4), positions(proven));
    assertEquals(Optional.empty(), proven.gapSince(positions.get(1)));
    assertEquals(Map.of("k", "3 3"), entries(snapshot(channel, positions.get(1))));
  }

  @Test
  void failsWhereTheEntryOfAKeyIsBroken() {
    String channel = channel();
    get(send(channel, key("k", "1")));
    redis.hset(RedisKeys.keys(channel), "k", "1");

    assertUnavailable(
        RedisKeys.keys(channel), history().snapshot(channel, null, Retention.DEFAULT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"log", "meta", "keys", "once"})
  void leavesNothingHalfDoneWhereAKeyIsOfAnotherType(String which) {
    String broken = channel();
    String other = channel();
    Publication publication = Publication.of("k", user("ann"), "1".getBytes(UTF_8), "mine");
    String key =
        switch (which) {
          case "log" -> RedisKeys.log(broken);
          case "meta" -> RedisKeys.meta(broken);
          case "keys" -> RedisKeys.keys(broken);
          default -> RedisKeys.once(broken, "user//ann", "mine");
        };
    if (!which.equals("meta")) {
      top(broken);
    }
    if (which.equals("log") || which.equals("once")) {
      redis.hset(key, "a", "hash");
    } else {
      redis.set(key, "a string");
    }
    List<CompletionStage<Position>> answers = new ArrayList<>();

    inOneBatch(
        () -> {
          answers.add(send(other, text("before")));
          answers.add(send(broken, publication));
          answers.add(send(other, text("after")));
          answers.add(send(broken, publication));
        });

    assertEquals(1, get(answers.get(0)).off());
    assertEquals(2, get(answers.get(2)).off());
    assertUnavailable(key, answers.get(1));
    assertUnavailable(key, answers.get(3));
    redis.del(key);
    assertEquals(0, top(broken).off());
    assertEquals(Map.of(), entries(snapshot(broken, null)));
    assertEquals(0, redis.xlen(RedisKeys.log(broken)));
    assertEquals(1, get(send(broken, publication)).off());
    assertEquals(1, get(send(broken, publication)).off());
    assertEquals(2, publish(broken, "x").off());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 99999999999999999999", "99999999999999999999 1", "1 x", "1", "2 7"})
  void takesNothingForAFirstPublicationThatIsNoPosition(String position) {
    String channel = channel();
    String epoch = top(channel).epoch();
    redis.set(RedisKeys.once(channel, "user//ann", "a"), epoch + " " + position);
    List<CompletionStage<Position>> answers = new ArrayList<>();

    inOneBatch(
        () -> {
          answers.add(send(channel, once("ann", "a")));
          answers.add(send(channel, text("x")));
        });

    assertEquals(1, get(answers.get(0)).off());
    assertEquals(2, get(answers.get(1)).off());
  }

  @ParameterizedTest
  @ValueSource(strings = {"= e 1 99999999999999999999", "= e 1", "=", "= e 1 x", "full", ""})
  void failsWhatIsAnsweredWithNoPositionAndNothingAfterIt(String answer) {
    String channel = channel();
    publish(channel, "x");
    String writer =
        redis.keys("writer:*").stream()
            .filter(key -> redis.get(key).endsWith(" " + top(channel).tag()))
            .findFirst()
            .orElseThrow();
    long next = Long.parseLong(redis.get(writer).split("\n")[0]) + 1;
    redis.set(writer, next + "\n" + answer);

    assertUnavailable("redis: ", send(channel, text("y")));
    assertEquals(2, publish(channel, "z").off());
  }

  @Test
  void failsOnlyWhatHasNoRoomOfABatchAndBurnsNoOffset() {
    String channel = channel();
    Retention one = retention(100, Duration.ofMinutes(5), 1, 10_000);
    List<CompletionStage<Position>> answers = new ArrayList<>();

    inOneBatch(
        () -> {
          for (String key : List.of("a", "b", "a", "", "c", "a")) {
            answers.add(backbone.broker().publish(channel, key(key, "1"), one));
          }
        });

    assertFull(answers.get(1));
    assertFull(answers.get(4));
    assertEquals(
        List.of(1L, 2L, 3L, 4L),
        Stream.of(0, 2, 3, 5).map(i -> get(answers.get(i)).off()).toList());
  }

  @ParameterizedTest
  @CsvSource({"min-replicas-to-write, 1, 0, NOREPLICAS", "maxmemory, 1, 0, OOM"})
  void makesNothingOfWhatRedisRefusesToWrite(String key, String value, String back, String word) {
    String channel = channel();
    Position before = get(send(channel, key("k", "1")));
    redis.configSet(key, value);
    try {
      assertUnavailable(word, send(channel, key("l", "2")));
      assertUnavailable(word, send(channel(), text("x")));
      assertEquals(before, top(channel));
    } finally {
      redis.configSet(key, back);
    }

    assertEquals(2, publish(channel, "y").off());
    assertEquals(Map.of("k", "1 1"), entries(snapshot(channel, null)));
  }

  @Test
  void sendsItsScriptsAgainWhenRedisForgotThem() {
    String channel = channel();
    publish(channel, "x");

    redis.scriptFlush();
    assertEquals(2, publish(channel, "y").off());
    redis.scriptFlush();
    assertEquals(2, top(channel).off());
    redis.scriptFlush();
    assertEquals(2, read(channel, 0, MANY, LARGE).deliveries().size());
  }

  @Test
  void tellsThatTheLogIsGoneWhenItsEntriesWereDeleted() {
    String channel = channel();
    List<Position> positions = publish(channel, 3);
    redis.del(RedisKeys.log(channel));

    assertEquals(
        Optional.of(Gap.TTL_EXPIRED), read(channel, 1, MANY, LARGE).gapSince(positions.getFirst()));
    assertEquals(Optional.empty(), read(channel, 3, MANY, LARGE).gapSince(positions.getLast()));
    assertEquals(4, publish(channel, "x").off());
  }

  @Test
  void neverCallsALogWholeThatHasAHoleOrLacksItsEnd() {
    String channel = channel();
    List<Position> positions = publish(channel, 6);
    redis.xdel(RedisKeys.log(channel), "4-0", "6-0");

    assertEquals(
        Optional.of(Gap.TOO_MANY), read(channel, 2, MANY, LARGE).gapSince(positions.get(1)));
    assertEquals(
        Optional.of(Gap.TRIMMED), read(channel, 3, MANY, LARGE).gapSince(positions.get(2)));
    assertEquals(
        Optional.of(Gap.TRIMMED), read(channel, 5, MANY, LARGE).gapSince(positions.get(4)));
    assertTrue(snapshot(channel, positions.get(2)).full());
  }

  @Test
  void beginsANewEpochWithNothingOfTheOldWhenItsMetaIsGone() {
    String channel = channel();
    Position old = get(send(channel, key("k", "1")));
    redis.del(RedisKeys.meta(channel));

    Position position = publish(channel, "x");

    assertEquals(1, position.off());
    assertNotEquals(old.epoch(), position.epoch());
    assertEquals(Map.of(), entries(snapshot(channel, null)));
    assertEquals(List.of(position), positions(read(channel, 0, MANY, LARGE)));
  }

  @Test
  void showsAPositionFromBeforeEverythingWasFlushed() {
    String channel = channel();
    Position old = publish(channel, 3).getLast();

    redis.flushall();

    assertEquals(Map.of(), get(history().tops(List.of(channel), Map.of())));
    List<Position> positions = publish(channel, 3);
    assertEquals(Optional.of(Gap.EPOCH_CHANGED), read(channel, 3, MANY, LARGE).gapSince(old));
    assertEquals(Optional.empty(), read(channel, 1, MANY, LARGE).gapSince(positions.getFirst()));
  }

  @Test
  void showsAPositionThatWasRolledBackThoughItsOffsetIsThereAgain() throws Exception {
    String channel = channel();
    List<Position> positions = new ArrayList<>(publish(channel, 8));
    Path older = folder.resolve("older");
    copy(folder.resolve("first"), older);
    positions.addAll(publish(channel, 6));
    store.kill();
    store.comeBack(older);
    Awaitility.await().until(() -> backbone.unavailableBecause().isEmpty());

    assertEquals(positions.get(7), top(channel));
    List<Position> again = publish(channel, 6);

    assertEquals(14, again.getLast().off());
    assertEquals(positions.getLast().epoch(), again.getLast().epoch());
    for (int off = 9; off <= 14; off++) {
      assertEquals(
          Optional.of(Gap.EPOCH_CHANGED),
          read(channel, off, MANY, LARGE).gapSince(positions.get(off - 1)));
    }
    assertEquals(Optional.empty(), read(channel, 8, MANY, LARGE).gapSince(positions.get(7)));
  }

  @Test
  void isRenewedByOneOfTwoServersThatBothFoundItRolledBack() {
    try (Backbone other = store.backbone(new Arrivals())) {
      for (int i = 0; i < 50; i++) {
        String channel = channel();
        Position old = publish(channel, "x");

        CompletionStage<Position> here = history().renew(channel, old.epoch(), Retention.DEFAULT);
        CompletionStage<Position> there =
            other.history().renew(channel, old.epoch(), Retention.DEFAULT);

        assertEquals(get(here), get(there));
        assertNotEquals(old.epoch(), get(here).epoch());
      }
    }
  }

  private void assertEachFails(String channel, String epoch, String part) {
    assertUnavailable(part, send(channel, text("y")));
    assertUnavailable(part, history().top(channel, Retention.DEFAULT));
    assertUnavailable(part, history().read(channel, 0, MANY, LARGE, Retention.DEFAULT));
    assertUnavailable(part, history().renew(channel, epoch, Retention.DEFAULT));
    assertUnavailable(part, history().snapshot(channel, null, Retention.DEFAULT));
    assertUnavailable(part, history().complete(channel, epoch));
  }

  /** What is published while the batch before it is under way goes together. */
  private void inOneBatch(Runnable publishing) {
    store.freeze();
    CompletionStage<Position> before = send(channel(), text("x"));
    publishing.run();
    store.resume();
    get(before);
  }

  /** Somewhat longer is no harm. */
  private static void assertAbout(Duration expected, String key) {
    long millis = redis.pttl(key);
    long least = expected.toMillis();
    assertTrue(millis > least - 5_000 && millis < least + 60_000, key + " has " + millis + " ms");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
