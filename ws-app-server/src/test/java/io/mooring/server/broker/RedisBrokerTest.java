package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.programs.Valkey;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisBrokerTest extends BrokerContract {
  @TempDir private static Path folder;

  private static Valkey valkey;
  private static RedisClient client;
  private static RedisCommands<String, String> redis;

  private RedisBroker broker;

  @BeforeAll
  static void startValkey() {
    valkey = Valkey.start(folder);
    client = RedisClient.create(valkey.url());
    redis = client.connect().sync();
  }

  @AfterAll
  static void endValkey() {
    client.shutdown();
    valkey.close();
  }

  @BeforeEach
  void start() {
    broker = new RedisBroker(URI.create(valkey.url()));
    broker.start(arrivals);
    awaitAvailable(broker);
  }

  @AfterEach
  void end() {
    broker.close();
  }

  @Override
  Broker broker() {
    return broker;
  }

  @Test
  void keepsTheTopInADocumentedHash() {
    String channel = channel();
    Position position = get(broker.publish(channel, text("x")));

    assertEquals(
        Map.of(
            "epoch", position.epoch(),
            "off", "1",
            "tag", Long.toString(position.tag())),
        redis.hgetall(RedisKeys.meta(channel)));
  }

  @Test
  void putsAChannelIntoOneOf512Partitions() {
    assertEquals("meta:{100}:demo.room", RedisKeys.meta("demo.room"));
    assertEquals("live:{100}:demo.room", RedisKeys.live("demo.room"));
    assertEquals("demo.room", RedisKeys.channel("live:{100}:demo.room"));
  }

  @Test
  void failsOnlyThePublicationWhoseKeyIsBroken() throws Exception {
    String broken = "demo.broken";
    String other = sibling(broken);
    redis.set(RedisKeys.meta(broken), "a string");
    get(broker.subscribe(other));

    List<CompletionStage<Position>> answers =
        get(
            broker.append(
                List.of(
                    new RedisBroker.Append(other, text("before")),
                    new RedisBroker.Append(broken, text("lost")),
                    new RedisBroker.Append(other, text("after")))));

    assertEquals(1, get(answers.get(0)).off());
    assertEquals(2, get(answers.get(2)).off());
    CompletionException failure =
        assertThrows(CompletionException.class, () -> get(answers.get(1)));
    assertInstanceOf(BrokerUnavailableException.class, failure.getCause());
    assertEquals("\"before\"", new String(arrivals.next().data(), UTF_8));
    assertEquals("\"after\"", new String(arrivals.next().data(), UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"off, abc", "tag, x1", "tag, ''"})
  void failsWhereTheMetaIsBroken(String field, String value) {
    String channel = channel();
    get(broker.top(channel));
    redis.hset(RedisKeys.meta(channel), field, value);

    CompletionException failure =
        assertThrows(CompletionException.class, () -> get(broker.top(channel)));
    assertInstanceOf(BrokerUnavailableException.class, failure.getCause());
  }

  @Test
  void sendsItsScriptsAgainWhenRedisForgotThem() {
    String channel = channel();
    get(broker.publish(channel, text("x")));

    redis.scriptFlush();

    assertEquals(2, get(broker.publish(channel, text("y"))).off());
    redis.scriptFlush();
    assertEquals(2, get(broker.top(channel)).off());
  }

  @Test
  void dropsWhatOthersPublishOnItsChannels() throws Exception {
    String channel = channel();
    get(broker.subscribe(channel));
    for (String foreign : List.of("", "hello", "e 1 1 0 0 0 99\nx", "e x 1 0 0 0 0\n")) {
      redis.spublish(RedisKeys.live(channel), foreign);
    }

    Position position = get(broker.publish(channel, text("x")));

    assertEquals(position, arrivals.next().position());
  }

  @Test
  void failsAtOnceWhileRedisIsAwayAndComesBackByItself() throws Exception {
    int port = valkey.port();
    String channel = channel();
    Position before = get(broker.subscribe(channel));
    valkey.close();
    Awaitility.await().until(() -> broker.unavailableBecause().isPresent());

    for (CompletionStage<?> stage :
        List.of(
            broker.publish(channel, text("lost")),
            broker.subscribe(channel()),
            broker.top(channel))) {
      CompletionException failure = assertThrows(CompletionException.class, () -> get(stage));
      assertInstanceOf(BrokerUnavailableException.class, failure.getCause());
    }

    valkey = Valkey.start(folder.resolve("empty"), port);
    assertEquals(channel, arrivals.renewals.poll(10, TimeUnit.SECONDS));
    awaitAvailable(broker);
    Position after = get(broker.publish(channel, text("new life")));
    assertEquals(after, arrivals.next().position());
    assertEquals(1, after.off());
    assertNotEquals(before.epoch(), after.epoch());
  }

  @Test
  void staysUnsubscribedFromWhatWasLeftWhileRedisWasAway() throws Exception {
    int port = valkey.port();
    String left = channel();
    String kept = channel();
    get(broker.subscribe(left));
    get(broker.subscribe(kept));
    valkey.close();
    Awaitility.await().until(() -> broker.unavailableBecause().isPresent());
    get(broker.unsubscribe(left));

    valkey = Valkey.start(folder.resolve("left"), port);
    assertEquals(kept, arrivals.renewals.poll(10, TimeUnit.SECONDS));
    awaitAvailable(broker);

    Awaitility.await()
        .until(() -> redis.pubsubShardChannels().equals(List.of(RedisKeys.live(kept))));
  }

  @Test
  void givesUpOnARedisThatDoesNotAnswer() {
    String channel = channel();
    valkey.freeze();
    try {
      CompletionException failure =
          assertThrows(CompletionException.class, () -> get(broker.publish(channel, text("late"))));
      assertInstanceOf(BrokerUnavailableException.class, failure.getCause());
    } finally {
      valkey.resume();
    }
  }

  /** Another channel of the same partition. */
  private static String sibling(String channel) {
    Map<Integer, String> seen = new HashMap<>();
    int partition = RedisKeys.partition(channel);
    for (int i = 0; !seen.containsKey(partition); i++) {
      seen.put(RedisKeys.partition("demo.s" + i), "demo.s" + i);
    }
    return seen.get(partition);
  }
}
