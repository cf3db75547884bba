package io.mooring.server.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.programs.Valkey;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.Publisher;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.stand.Relay;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One address, behind which another Redis takes over. */
class FailoverTest {
  private static final String CHANNEL = "demo.x";

  @TempDir private Path folder;

  private final Arrivals arrivals = new Arrivals();
  private Valkey first;
  private Valkey second;
  private Relay relay;
  private Backbone backbone;

  @BeforeEach
  void start() throws Exception {
    first = Valkey.start(folder.resolve("first"));
    second = Valkey.start(folder.resolve("second"), 0, "--replicaof", "127.0.0.1 " + first.port());
    relay = new Relay(first.port());
    backbone = Backbone.redis(URI.create("redis://127.0.0.1:" + relay.port()));
    backbone.start(arrivals);
    Awaitility.await().until(() -> backbone.unavailableBecause().isEmpty());
    get(backbone.broker().subscribe(CHANNEL));
    Position before = get(publish());
    assertEquals(before, arrivals.next().position());
    awaitReplicated();
  }

  @AfterEach
  void end() throws IOException {
    backbone.close();
    relay.close();
    second.close();
    first.close();
  }

  @Test
  void goesOnWithAnotherWhenItsRedisVanishedWithoutAWord() throws Exception {
    relay.swallow();
    run(second, RedisCommands::replicaofNoOne);

    assertGoesOnWithTheSecond();
  }

  @Test
  void leavesAPrimaryThatBecameAReplica() throws Exception {
    run(second, RedisCommands::replicaofNoOne);
    run(first, redis -> redis.replicaof("127.0.0.1", second.port()));

    assertGoesOnWithTheSecond();
  }

  private void assertGoesOnWithTheSecond() throws Exception {
    relay.leadTo(second.port());

    assertEquals(2, publishAgain().off());
    assertEquals(CHANNEL, arrivals.renewal());
    assertEquals(3, get(publish()).off());
    Awaitility.await().until(() -> arrivals.next().position().off() == 3);
  }

  /** The first position that is answered. */
  private Position publishAgain() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () -> {
              try {
                return Optional.of(get(publish()));
              } catch (CompletionException failed) {
                assertInstanceOf(UnavailableException.class, failed.getCause());
                return Optional.<Position>empty();
              }
            },
            Optional::isPresent)
        .orElseThrow();
  }

  private CompletionStage<Position> publish() {
    return backbone
        .broker()
        .publish(
            CHANNEL,
            Publication.of(
                "",
                new Publisher.User(Optional.empty(), "ann"),
                "1".getBytes(StandardCharsets.UTF_8),
                ""),
            Retention.DEFAULT);
  }

  private void awaitReplicated() {
    RedisClient client = RedisClient.create(second.url());
    try {
      RedisCommands<String, String> redis = client.connect().sync();
      Awaitility.await().until(() -> redis.keys("log:*").size() == 1);
    } finally {
      client.shutdown();
    }
  }

  private interface Order {
    void give(RedisCommands<String, String> redis);
  }

  private static void run(Valkey valkey, Order order) {
    RedisClient client = RedisClient.create(valkey.url());
    try {
      order.give(client.connect().sync());
    } finally {
      client.shutdown();
    }
  }

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
