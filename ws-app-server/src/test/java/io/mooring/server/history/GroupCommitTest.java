package io.mooring.server.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.process.ByteSize;
import io.mooring.server.broker.Arrivals;
import io.mooring.server.broker.Backbone;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.stand.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No publication is doubled, and no offset is burnt, whatever happens to the connections. */
class GroupCommitTest {
  private static final int CHANNELS = 20;

  @TempDir private Path folder;

  private final List<Backbone> servers = new ArrayList<>();
  private Store store;
  private RedisCommands<String, String> redis;

  @BeforeEach
  void start() {
    // Written through, so that what was acknowledged is there after it was killed.
    store = Store.start(folder, "--appendfsync", "always");
    redis = store.commands();
    for (int i = 0; i < 2; i++) {
      servers.add(store.backbone(new Arrivals()));
    }
  }

  @AfterEach
  void end() {
    servers.forEach(Backbone::close);
    store.close();
  }

  @Test
  void givesConcurrentPublishersOfTwoServersOffsetsWithoutGaps() {
    Sent sent = new Sent();
    for (int i = 0; i < 4_000; i++) {
      sent.publish(servers.get(i % 2), i);
    }

    assertEquals(4_000, sent.acknowledged());
    sent.assertEachOnce();
  }

  @Test
  void sendsABusyLanesBatchesAtAPace() {
    Queue<Integer> batches = new ConcurrentLinkedQueue<>();
    Backbone server = Backbone.redis(store.uri(), batches::add, holder -> OptionalLong.empty());
    servers.add(server);
    server.start(new Arrivals());
    Awaitility.await().until(() -> server.unavailableBecause().isEmpty());
    Sent sent = new Sent();

    long begin = System.nanoTime();
    for (int i = 0; i < 300; i++) {
      sent.publish(server, i);
      if (i % 3 == 0) {
        sent.acknowledged();
      }
    }
    assertEquals(300, sent.acknowledged());
    long paces = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) / GroupCommit.PACE_MILLIS;

    assertEquals(300, batches.stream().mapToInt(Integer::intValue).sum());
    assertTrue(batches.size() <= paces + 2, () -> batches + " in " + paces + " paces");
    sent.assertEachOnce();
  }

  @Test
  void keepsEachChannelOfABatchAsLongAsItsOwnRetentionSays() {
    Queue<Integer> batches = new ConcurrentLinkedQueue<>();
    Backbone server = Backbone.redis(store.uri(), batches::add, holder -> OptionalLong.empty());
    servers.add(server);
    server.start(new Arrivals());
    Awaitility.await().until(() -> server.unavailableBecause().isEmpty());
    Retention brief =
        new Retention(100, Duration.ofMinutes(1), Duration.ofMinutes(2), 1, new ByteSize(100));
    store.freeze();
    List<CompletableFuture<Position>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      boolean isBrief = i % 2 == 0;
      answers.add(
          server
              .broker()
              .publish(
                  "demo." + i % 6,
                  Publication.of(
                      "k" + i,
                      HistoryContract.user("ann"),
                      Integer.toString(i).getBytes(UTF_8),
                      ""),
                  isBrief ? brief : Retention.DEFAULT)
              .toCompletableFuture());
    }
    store.resume();

    for (int i = 0; i < 60; i++) {
      CompletableFuture<Position> answer = answers.get(i);
      if (i % 2 == 1) {
        assertEquals(i / 6 + 1, get(answer).off());
      } else if (i < 6) {
        assertEquals(1, get(answer).off());
      } else {
        CompletionException full = assertThrows(CompletionException.class, answer::join);
        assertInstanceOf(SnapshotFullException.class, full.getCause());
      }
    }
    assertTrue(batches.stream().anyMatch(size -> size > 6), batches::toString);
    for (int i = 0; i < 6; i++) {
      long millis = redis.pttl(RedisKeys.log("demo." + i));
      long ttl = (i % 2 == 0 ? brief : Retention.DEFAULT).ttl().toMillis();
      assertTrue(millis > ttl && millis <= ttl + ttl / 16, millis + " of " + ttl);
    }
  }

  @Test
  void doublesNothingWhenConnectionsAreCutUnderLoad() {
    Sent sent = new Sent();
    for (int i = 0; i < 20_000; i++) {
      sent.publish(servers.get(i % 2), i);
      if (i % 2_000 == 1_000) {
        redis.clientKill(KillArgs.Builder.typeNormal().skipme(true));
        Awaitility.await()
            .until(() -> servers.stream().allMatch(s -> s.unavailableBecause().isEmpty()));
      }
    }

    assertTrue(sent.acknowledged() > 15_000, () -> sent.acknowledged() + " were acknowledged");
    sent.assertEachOnce();
  }

  @Test
  void doublesNothingWhenItWasSentSeveralTimesToARedisThatStoodStill() {
    Sent sent = new Sent();
    store.freeze();
    for (int i = 0; i < 1_000; i++) {
      sent.publish(servers.get(i % 2), i);
    }
    Unread unread = new Unread(store.port());
    Awaitility.await().until(() -> unread.doubled() >= servers.size());
    store.resume();

    assertEquals(1_000, sent.acknowledged());
    sent.assertEachOnce();
  }

  @Test
  void givesUpOnARedisThatStandsStillAndDoublesNothingWhenItGoesOn() {
    Sent sent = new Sent();
    store.freeze();
    long begun = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      sent.publish(servers.get(i % 2), i);
    }

    assertEquals(0, sent.acknowledged());
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    assertTrue(millis > 4_900 && millis < 7_000, millis + " ms");
    store.resume();
    Awaitility.await()
        .until(() -> servers.stream().allMatch(s -> s.unavailableBecause().isEmpty()));
    for (int i = 1_000; i < 1_100; i++) {
      sent.publish(servers.get(i % 2), i);
    }
    assertEquals(100, sent.acknowledged());
    sent.assertEachOnce();
  }

  @Test
  void goesOnWithARedisThatCameBackWithItsLog() {
    Sent sent = new Sent();
    for (int i = 0; i < 5_000; i++) {
      sent.publish(servers.get(i % 2), i);
    }
    store.kill();
    store.comeBack(folder);
    Awaitility.await()
        .until(() -> servers.stream().allMatch(s -> s.unavailableBecause().isEmpty()));
    for (int i = 5_000; i < 5_100; i++) {
      sent.publish(servers.get(i % 2), i);
    }

    assertTrue(sent.acknowledged() >= 100, () -> sent.acknowledged() + " were acknowledged");
    sent.assertEachOnce();
  }

  @Test
  void doesNothingForABatchThatWasMadeOrIsOlderThanTheLast() throws Exception {
    String first = append(1, "first");
    String second = append(2, "second");

    assertEquals("= e 1 11", first);
    assertEquals("= e 2 22", second);
    assertEquals(second, append(2, "second"));
    assertEquals("stale", append(1, "first"));
    assertEquals(2, redis.xlen(RedisKeys.log("demo.x")));
    assertEquals("2", redis.hget(RedisKeys.meta("demo.x"), "off"));
    assertTrue(redis.ttl(RedisKeys.writer("0", "w")) > 3_500);
  }

  @Test
  void takesNoMoreThanMayWaitForARedisThatStandsStill() {
    byte[] large = ("\"" + "x".repeat(1 << 20) + "\"").getBytes(UTF_8);
    store.freeze();
    List<CompletableFuture<Position>> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      answers.add(
          servers
              .getFirst()
              .broker()
              .publish(
                  "demo.x",
                  Publication.of("", HistoryContract.user("ann"), large, ""),
                  Retention.DEFAULT)
              .toCompletableFuture());
    }

    assertTrue(answers.getLast().isCompletedExceptionally());
    assertTrue(answers.stream().filter(CompletableFuture::isDone).count() < 10);
    store.resume();
    get(answers.getFirst());
  }

  /** One call of the script, as a connection that was held back would bring it. */
  private String append(int batch, String text) throws IOException {
    String[] keys = {
      RedisKeys.writer("0", "w"),
      RedisKeys.log("demo.x"),
      RedisKeys.meta("demo.x"),
      RedisKeys.keys("demo.x"),
      RedisKeys.live("demo.x")
    };
    return redis.eval(
        resource("log.lua") + resource("append.lua"),
        ScriptOutputType.VALUE,
        keys,
        Integer.toString(batch),
        "e",
        "100",
        "300000",
        "86400000",
        "10",
        "1000",
        "1",
        "1",
        Integer.toString(batch * 11),
        "",
        "ann",
        text,
        "0 3 " + text.length(),
        "");
  }

  private static String resource(String name) throws IOException {
    try (InputStream stream = Objects.requireNonNull(GroupCommit.class.getResourceAsStream(name))) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  /** What was published, and what became of it. */
  private final class Sent {
    private final Map<String, CompletionStage<Position>> answers = new HashMap<>();
    private final Map<String, Position> acknowledged = new HashMap<>();

    void publish(Backbone server, int number) {
      String channel = "demo." + number % CHANNELS;
      answers.put(
          channel + " " + number,
          server
              .broker()
              .publish(
                  channel,
                  Publication.of(
                      "",
                      HistoryContract.user("ann"),
                      Integer.toString(number).getBytes(UTF_8),
                      ""),
                  new Retention(
                      100_000,
                      Retention.DEFAULT.ttl(),
                      Retention.DEFAULT.metaTtl(),
                      0,
                      Retention.DEFAULT.keyBytes())));
    }

    /** How many were, once each is known. */
    int acknowledged() {
      answers.forEach(
          (name, answer) -> {
            try {
              acknowledged.put(name, get(answer));
            } catch (CompletionException failed) {
              assertInstanceOf(UnavailableException.class, failed.getCause());
            }
          });
      return acknowledged.size();
    }

    void assertEachOnce() {
      Set<String> logged = new HashSet<>();
      for (int i = 0; i < CHANNELS; i++) {
        String channel = "demo." + i;
        long off = 0;
        for (var entry : redis.xrange(RedisKeys.log(channel), Range.unbounded())) {
          off++;
          assertEquals(off + "-0", entry.getId());
          String name = channel + " " + entry.getBody().get("data");
          assertTrue(logged.add(name), () -> name + " was made twice");
          Position position = acknowledged.get(name);
          if (position != null) {
            assertEquals(off, position.off());
            assertEquals(entry.getBody().get("tag"), Long.toString(position.tag()));
          }
        }
      }
      assertTrue(logged.containsAll(acknowledged.keySet()), "all that was acknowledged is there");
    }
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
