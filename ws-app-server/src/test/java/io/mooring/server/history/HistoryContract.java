package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.ByteSize;
import io.mooring.server.broker.Backbone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link History} does with what is published; {@link #backbone} is available. */
abstract class HistoryContract {
  static final int MANY = 1_000;
  static final int LARGE = 1 << 20;

  /** Ten entries. */
  private static final Retention SMALL = retention(10, Duration.ofMinutes(5), 10, 10_000);

  /** Entries for a second, and what else there is for a day. */
  private static final Retention BRIEF = retention(10, Duration.ofSeconds(1), 10, 10_000);

  abstract Backbone backbone();

  History history() {
    return backbone().history();
  }

  static Publisher user(String name) {
    return new Publisher.User(Optional.empty(), name);
  }

  /** A channel that no other test uses. */
  static String channel() {
    return "demo." + Long.toString(System.nanoTime(), 36);
  }

  @Test
  void beginsALogAtNothingWithAnEpochThatStays() {
    String channel = channel();

    Position top = top(channel);

    assertEquals(0, top.off());
    assertEquals(0, top.tag());
    assertTrue(top.epoch().matches("[0-9a-z]{1,8}"), top.epoch());
    assertEquals(top, top(channel));
    assertEquals(top.epoch(), publish(channel, "x").epoch());
  }

  @Test
  void tellsTheTopsOfManyChannelsAtOnceAndLeavesOutThoseThatHaveNone() {
    Map<String, Position> tops = new TreeMap<>();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String channel = channel() + "." + i;
      asked.add(channel);
      asked.add(channel + ".none");
      tops.put(channel, i % 2 == 0 ? top(channel) : publish(channel, "x"));
    }

    assertEquals(tops, new TreeMap<>(get(history().tops(asked, Map.of()))));
    assertEquals(Map.of(), get(history().tops(List.of(), Map.of())));
  }

  @Test
  void readsWhatFollowsAnOffset() {
    String channel = channel();
    Position start = top(channel);
    List<Position> positions = publish(channel, 5);

    Excerpt all = read(channel, 0, MANY, LARGE);
    Excerpt some = read(channel, 2, MANY, LARGE);
    Excerpt none = read(channel, 5, MANY, LARGE);

    assertEquals(positions, positions(all));
    assertEquals(positions.subList(2, 5), positions(some));
    assertEquals(List.of(), positions(none));
    assertEquals(positions.get(1).tag(), some.tagAfter());
    assertEquals(positions.get(1).tag(), some.deliveries().getFirst().previousTag());
    assertEquals(positions.get(2).tag(), some.deliveries().get(1).previousTag());
    assertEquals(positions.get(4), none.top());
    assertEquals(Optional.empty(), all.gapSince(start));
    assertEquals(Optional.empty(), some.gapSince(positions.get(1)));
    assertEquals(Optional.empty(), none.gapSince(positions.get(4)));
  }

  @Test
  void keepsKeyAuthorAndDataAsTheyAre() {
    String channel = channel();
    byte[] data = "{\"text\":\"a\\nb\u0000ü 😀 %s\"}".formatted("y".repeat(70_000)).getBytes(UTF_8);
    get(send(channel, Publication.of("key ü\n", user("ann@x.y|1"), data, "")));

    Delivery delivery = read(channel, 0, MANY, LARGE).deliveries().getFirst();

    assertEquals("key ü\n", delivery.key());
    assertEquals("ann@x.y|1", delivery.from());
    assertArrayEquals(data, delivery.data());
  }

  @Test
  void tellsWhenTheLogIsAnotherOneThanThePosition() {
    String channel = channel();
    List<Position> positions = publish(channel, 3);
    String epoch = positions.getFirst().epoch();

    for (Position invented :
        List.of(
            new Position("other", 2, positions.get(1).tag()),
            new Position(epoch, 2, positions.get(1).tag() + 1),
            new Position(epoch, 3, positions.get(1).tag()),
            new Position(epoch, 0, 7),
            new Position(epoch, 4, 44),
            new Position(epoch, 1L << 53, 44))) {
      Excerpt excerpt = read(channel, invented.off(), MANY, LARGE);
      assertEquals(Optional.of(Gap.EPOCH_CHANGED), excerpt.gapSince(invented), invented::toString);
    }
  }

  @Test
  void readsNoMoreThanWasAskedForAndSaysSo() {
    String channel = channel();
    List<Position> positions = publish(channel, 120);

    Excerpt few = read(channel, 10, 60, LARGE);
    Excerpt exactly = read(channel, 10, 110, LARGE);

    assertEquals(positions.subList(10, 70), positions(few));
    assertTrue(few.more());
    assertEquals(Optional.of(Gap.TOO_MANY), few.gapSince(positions.get(9)));
    assertEquals(positions.subList(10, 120), positions(exactly));
    assertFalse(exactly.more());
  }

  @Test
  void readsNoMoreBytesThanWereAskedForButOneMessageAlways() {
    String channel = channel();
    for (int i = 0; i < 4; i++) {
      publish(channel, "x".repeat(998));
    }

    assertEquals(2, read(channel, 0, MANY, 2_999).deliveries().size());
    assertEquals(3, read(channel, 0, MANY, 3_000).deliveries().size());
    assertEquals(1, read(channel, 0, MANY, 10).deliveries().size());
    assertTrue(read(channel, 0, MANY, 10).more());
    assertFalse(read(channel, 0, MANY, 4_000).more());
  }

  @Test
  void forgetsTheOldestBeyondItsSizeAndSaysSo() {
    String channel = channel();
    List<Position> positions = publish(channel, 500, SMALL);

    Excerpt old = read(channel, 1, MANY, LARGE);
    Excerpt recent = read(channel, 490, MANY, LARGE);

    assertEquals(List.of(), positions(old));
    assertEquals(Excerpt.NOT_HELD, old.tagAfter());
    assertEquals(Optional.of(Gap.TRIMMED), old.gapSince(positions.get(0)));
    assertEquals(positions.subList(490, 500), positions(recent));
  }

  @Test
  void forgetsTheEntriesAfterTheirTimeButNotWhereItWas() {
    String channel = channel();
    Position start = get(history().top(channel, BRIEF));
    Position last = publish(channel, text("x"), BRIEF);

    Excerpt later =
        Awaitility.await()
            .until(() -> get(history().read(channel, 0, MANY, LARGE, BRIEF)), Excerpt::empty);

    assertEquals(last, later.top());
    assertEquals(Optional.of(Gap.TTL_EXPIRED), later.gapSince(start));
    Excerpt atTop = get(history().read(channel, 1, MANY, LARGE, BRIEF));
    assertEquals(Optional.empty(), atTop.gapSince(last));
    assertEquals(2, publish(channel, text("y"), BRIEF).off());
  }

  @Test
  void provesWhatFollowsAnEntryThatWasForgotten() {
    String channel = channel();
    Position gone = publish(channel, text("x"), BRIEF);
    Awaitility.await().until(() -> get(history().read(channel, 0, MANY, LARGE, BRIEF)).empty());

    List<Position> next =
        List.of(publish(channel, key("k", "1"), BRIEF), publish(channel, text("z"), BRIEF));

    Excerpt excerpt = get(history().read(channel, 1, MANY, LARGE, BRIEF));
    assertEquals(next, positions(excerpt));
    assertEquals(gone.tag(), excerpt.tagAfter());
    assertEquals(gone.tag(), excerpt.deliveries().getFirst().previousTag());
    assertEquals(Optional.empty(), excerpt.gapSince(gone));
    Position invented = new Position(gone.epoch(), 1, gone.tag() + 1);
    assertEquals(Optional.of(Gap.EPOCH_CHANGED), excerpt.gapSince(invented));
    assertEquals(Map.of("k", "2 1"), entries(get(history().snapshot(channel, gone, BRIEF))));
    assertFalse(get(history().snapshot(channel, gone, BRIEF)).full());
    assertTrue(get(history().snapshot(channel, invented, BRIEF)).full());
  }

  @Test
  void provesWhatFollowsTheLastThatWasTrimmed() {
    String channel = channel();
    List<Position> positions = publish(channel, 250, SMALL);

    int trimmed = 1;
    while (read(channel, trimmed, MANY, LARGE).deliveries().isEmpty()) {
      trimmed++;
    }

    assertTrue(trimmed > 1);
    Excerpt excerpt = read(channel, trimmed, MANY, LARGE);
    assertEquals(positions.subList(trimmed, 250), positions(excerpt));
    assertEquals(Optional.empty(), excerpt.gapSince(positions.get(trimmed - 1)));
    assertEquals(
        Optional.of(Gap.TRIMMED),
        read(channel, trimmed - 1, MANY, LARGE).gapSince(positions.get(trimmed - 2)));
  }

  @Test
  void beginsAnewWhenEvenItsTopWasForgotten() {
    String channel = channel();
    Retention brief = forgottenAfter(Duration.ofSeconds(1));
    Position last = publish(channel, key("k", "1"), brief);

    awaitForgotten(channel, last, brief);

    assertEquals(0, get(history().top(channel, brief)).off());
    assertEquals(0, get(history().snapshot(channel, null, brief)).entries().size());
  }

  @Test
  void keepsTopAndKeysOfALogThatIsInUseAndNoLonger() {
    String channel = channel();
    Duration ttl = Duration.ofSeconds(2);
    Retention brief = forgottenAfter(ttl);
    Position last = publish(channel, key("k", "1"), brief);

    long since = System.nanoTime();
    while (System.nanoTime() - since < 2 * ttl.toNanos()) {
      assertEquals(
          Map.of(channel, last), get(history().tops(List.of(channel), Map.of(channel, ttl))));
    }

    assertEquals(Map.of("k", "1 1"), entries(get(history().snapshot(channel, null, brief))));
    assertEquals(0, read(channel, 0, MANY, LARGE).deliveries().size());
    awaitForgotten(channel, last, brief);
    assertEquals(0, get(history().snapshot(channel, null, brief)).entries().size());
  }

  @Test
  void givesARepeatedPublicationItsFirstPosition() {
    String channel = channel();
    Position first = get(send(channel, once("ann", "a")));
    Position other = get(send(channel, once("ann", "b")));
    Position foreign = get(send(channel, once("bob", "a")));

    assertEquals(first, get(send(channel, once("ann", "a"))));
    assertEquals(other, get(send(channel, once("ann", "b"))));
    assertEquals(List.of(1L, 2L, 3L), List.of(first.off(), other.off(), foreign.off()));
    assertEquals(1, get(send(channel(), once("ann", "a"))).off());
    assertEquals(foreign, top(channel));
  }

  @Test
  void keepsPublishersOfOneNameApart() {
    String channel = channel();
    List<Publisher> publishers =
        List.of(
            user("desk"),
            new Publisher.User(Optional.of("a"), "desk"),
            new Publisher.User(Optional.of("b"), "desk"),
            new Publisher.User(Optional.of("desk"), "a"),
            new Publisher.KeyHolder("desk"));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < publishers.size(); i++) {
        Publication publication =
            Publication.of("", publishers.get(i), "1".getBytes(UTF_8), "desk/1");
        assertEquals(i + 1, get(send(channel, publication)).off());
      }
    }
  }

  @Test
  void givesAPublicationThatIsRepeatedAtOnceItsFirstPosition() {
    String channel = channel();
    List<CompletableFuture<Position>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(send(channel, once("ann", "d" + i % 10)).toCompletableFuture());
    }

    for (int i = 0; i < 200; i++) {
      assertEquals(get(answers.get(i % 10)), get(answers.get(i)));
    }
    assertEquals(10, top(channel).off());
  }

  @Test
  void givesARepeatedPublicationItsFirstPositionInARenewedEpoch() {
    String channel = channel();
    Position first = get(send(channel, once("ann", "a")));
    String epoch = first.epoch();

    for (int i = 0; i < 3; i++) {
      epoch = get(history().renew(channel, epoch, Retention.DEFAULT)).epoch();
      assertEquals(new Position(epoch, 1, first.tag()), get(send(channel, once("ann", "a"))));
    }

    assertEquals(1, top(channel).off());
  }

  @Test
  void appendsAnewWhatWasPublishedInAnEarlierLifeOfTheLog() {
    String channel = channel();
    Retention brief = forgottenAfter(Duration.ofSeconds(1));
    Position first = publish(channel, once("ann", "a"), brief);
    awaitForgotten(channel, first, brief);
    publish(channel, "x");

    assertEquals(2, get(send(channel, once("ann", "a"))).off());
  }

  @Test
  void renewsTheEpochOnceAndKeepsOffsetsAndTags() {
    String channel = channel();
    List<Position> positions = publish(channel, 3);
    Position last = positions.getLast();

    Position renewed = get(history().renew(channel, last.epoch(), Retention.DEFAULT));
    Position late = get(history().renew(channel, last.epoch(), Retention.DEFAULT));

    assertNotEquals(last.epoch(), renewed.epoch());
    assertEquals(new Position(renewed.epoch(), 3, last.tag()), renewed);
    assertEquals(renewed, late);
    Excerpt excerpt = read(channel, 1, MANY, LARGE);
    assertEquals(Optional.of(Gap.EPOCH_CHANGED), excerpt.gapSince(positions.getFirst()));
    assertEquals(
        Optional.empty(),
        excerpt.gapSince(new Position(renewed.epoch(), 1, positions.getFirst().tag())));
    assertEquals(renewed, excerpt.deliveries().getLast().position());
  }

  @Test
  void keepsTheNewestEntryOfEachKey() {
    String channel = channel();
    send(channel, key("a", "1"));
    send(channel, key("b", "2"));
    send(channel, key("a", "3"));
    publish(channel, "without a key");
    send(channel, key("b", "null"));
    Position last = get(send(channel, key("c", "\"ü\"")));

    Snapshot snapshot = snapshot(channel, null);

    assertEquals(last, snapshot.position());
    assertTrue(snapshot.full());
    assertEquals(Map.of("a", "3 3", "c", "6 \"ü\""), entries(snapshot));
  }

  @Test
  void tellsOnlyWhatChangedWithWhatWasDeleted() {
    String channel = channel();
    Position start = top(channel);
    send(channel, key("a", "1"));
    Position second = get(send(channel, key("b", "2")));
    send(channel, key("a", "null"));
    send(channel, key("c", "4"));
    Position last = get(send(channel, key("c", "5")));

    Snapshot changed = snapshot(channel, second);
    Snapshot nothing = snapshot(channel, last);

    assertFalse(changed.full());
    assertEquals(last, changed.position());
    assertEquals(Map.of("a", "3 null", "c", "5 5"), entries(changed));
    assertFalse(nothing.full());
    assertEquals(Map.of(), entries(nothing));
    assertEquals(Map.of("a", "3 null", "b", "2 2", "c", "5 5"), entries(snapshot(channel, start)));
  }

  @Test
  void tellsEverythingWhereTheLogCannotTellWhatChanged() {
    String channel = channel();
    Position first = publish(channel, key("a", "1"), SMALL);
    for (int i = 0; i < 200; i++) {
      publish(channel, key("b", "2"), SMALL);
    }

    for (Position since :
        List.of(
            first,
            new Position(first.epoch(), 0, 0),
            new Position("other", 201, 1),
            new Position(first.epoch(), 200, 1),
            new Position(first.epoch(), 201, 1),
            new Position(first.epoch(), 202, 1))) {
      Snapshot snapshot = snapshot(channel, since);
      assertTrue(snapshot.full(), since::toString);
      assertEquals(Map.of("a", "1 1", "b", "201 2"), entries(snapshot));
    }
  }

  @Test
  void isNotCompleteAnyMoreWhenItsLifeIsOver() {
    String channel = channel();
    Retention brief = forgottenAfter(Duration.ofSeconds(1));
    Position first = publish(channel, once("ann", "a"), brief);

    assertTrue(get(history().complete(channel, first.epoch())));
    Awaitility.await().until(() -> !get(history().complete(channel, first.epoch())));
  }

  @Test
  void isCompleteOnceSomebodySaidSoInThisEpoch() {
    String channel = channel();
    Position position = get(send(channel, key("a", "1")));
    assertFalse(snapshot(channel, null).complete());

    assertFalse(get(history().complete(channel, "other")));
    assertFalse(get(history().complete(channel(), position.epoch())));
    assertFalse(snapshot(channel, null).complete());
    assertTrue(get(history().complete(channel, position.epoch())));
    assertTrue(snapshot(channel, null).complete());
    get(history().renew(channel, position.epoch(), Retention.DEFAULT));

    assertFalse(snapshot(channel, null).complete());
    assertEquals(Map.of("a", "1 1"), entries(snapshot(channel, null)));
  }

  @Test
  void refusesAKeyBeyondTheMostAndNothingElse() {
    String channel = channel();
    Retention two = retention(100, Duration.ofMinutes(5), 2, 10_000);
    publish(channel, key("a", "1"), two);
    publish(channel, key("b", "2"), two);

    assertFull(send(channel, key("c", "3"), two));

    assertEquals(3, publish(channel, key("a", "4"), two).off());
    assertEquals(4, publish(channel, text("x"), two).off());
    assertEquals(5, publish(channel, key("d", "null"), two).off());
    assertEquals(6, publish(channel, key("b", "null"), two).off());
    assertEquals(7, publish(channel, key("c", "5"), two).off());
    assertEquals(Map.of("a", "3 4", "c", "7 5"), entries(snapshot(channel, null)));
  }

  @Test
  void refusesBytesBeyondTheMostAndNothingElse() {
    String channel = channel();
    Retention hundred = retention(100, Duration.ofMinutes(5), 10, 100);
    String forty = "\"" + "x".repeat(37) + "\"";
    publish(channel, key("a", forty), hundred);
    publish(channel, key("b", forty), hundred);

    assertFull(send(channel, key("c", forty), hundred));
    assertFull(send(channel, key("a", "\"" + "x".repeat(58) + "\""), hundred));

    publish(channel, key("a", "\"" + "x".repeat(57) + "\""), hundred);
    publish(channel, key("b", "null"), hundred);
    publish(channel, key("c", forty), hundred);
    assertEquals(5, top(channel).off());
  }

  static void assertFull(CompletionStage<Position> answer) {
    CompletionException failure = assertThrows(CompletionException.class, () -> get(answer));
    assertInstanceOf(SnapshotFullException.class, failure.getCause());
  }

  static void assertUnavailable(String part, CompletionStage<?> answer) {
    CompletionException failure = assertThrows(CompletionException.class, () -> get(answer));
    Throwable cause = assertInstanceOf(UnavailableException.class, failure.getCause());
    String message = String.valueOf(cause.getMessage());
    assertTrue(message.contains(part), message);
  }

  Position top(String channel) {
    return get(history().top(channel, Retention.DEFAULT));
  }

  Excerpt read(String channel, long after, int messages, int bytes) {
    return get(history().read(channel, after, messages, bytes, Retention.DEFAULT));
  }

  Snapshot snapshot(String channel, @Nullable Position since) {
    return get(history().snapshot(channel, since, Retention.DEFAULT));
  }

  CompletionStage<Position> send(String channel, Publication publication) {
    return send(channel, publication, Retention.DEFAULT);
  }

  CompletionStage<Position> send(String channel, Publication publication, Retention retention) {
    return backbone().broker().publish(channel, publication, retention);
  }

  Position publish(String channel, Publication publication, Retention retention) {
    return get(send(channel, publication, retention));
  }

  Position publish(String channel, String text) {
    return get(send(channel, text(text)));
  }

  List<Position> publish(String channel, int count) {
    return publish(channel, count, Retention.DEFAULT);
  }

  List<Position> publish(String channel, int count, Retention retention) {
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      positions.add(publish(channel, text("m" + i), retention));
    }
    return positions;
  }

  /** Until the log is another one than that in which something was published. */
  private void awaitForgotten(String channel, Position published, Retention retention) {
    Awaitility.await()
        .until(() -> !get(history().top(channel, retention)).epoch().equals(published.epoch()));
  }

  static Publication text(String text) {
    return key("", "\"" + text + "\"");
  }

  static Publication key(String key, String data) {
    return Publication.of(key, user("ann"), data.getBytes(UTF_8), "");
  }

  static Publication once(String user, String dedupe) {
    return Publication.of("", user(user), "1".getBytes(UTF_8), dedupe);
  }

  static Retention retention(int size, Duration ttl, int keys, long keyBytes) {
    return new Retention(size, ttl, Duration.ofDays(1), keys, new ByteSize(keyBytes));
  }

  /** For a log of which everything, its top included, is forgotten together. */
  private static Retention forgottenAfter(Duration ttl) {
    return new Retention(10, ttl, ttl, 10, new ByteSize(10_000));
  }

  static List<Position> positions(Excerpt excerpt) {
    return excerpt.deliveries().stream().map(Delivery::position).toList();
  }

  /** By key: offset, space, data. */
  static Map<String, String> entries(Snapshot snapshot) {
    Map<String, String> entries = new TreeMap<>();
    snapshot
        .entries()
        .forEach(
            (key, entry) -> entries.put(key, entry.off() + " " + new String(entry.data(), UTF_8)));
    return entries;
  }

  static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
