package io.mooring.server.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.server.history.Position;
import io.mooring.server.history.RedisHistory;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.redis.RedisLink;
import io.mooring.server.redis.Subscriptions;
import io.mooring.server.stand.Relay;
import io.mooring.server.stand.Store;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBrokerTest extends BrokerContract {
  @TempDir private static Path folder;

  private static Store store;
  private static RedisCommands<String, String> redis;

  private Backbone backbone;

  @BeforeAll
  static void startStore() {
    store = Store.start(folder);
    redis = store.commands();
  }

  @AfterAll
  static void endStore() {
    store.close();
  }

  @BeforeEach
  void start() {
    backbone = store.backbone(arrivals);
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
  void dropsWhatOthersPublishOnItsChannels() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    for (String foreign : List.of("", "hello", "e 1 1 0 0 0 99\nx", "e x 1 0 0 0 0\n")) {
      redis.spublish(RedisKeys.live(channel), foreign);
    }

    Position position = publish(channel, text("x"));

    assertEquals(position, arrivals.next().position());
  }

  @Test
  void failsSoonWhileRedisIsAwayAndComesBackByItself() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));
    Position before = top(channel);
    store.kill();
    Awaitility.await().until(() -> backbone.unavailableBecause().isPresent());

    for (CompletionStage<?> stage :
        List.of(
            send(channel, text("lost")),
            broker().subscribe(channel()),
            broker().resubscribe(channel),
            backbone.history().top(channel, Retention.DEFAULT))) {
      CompletionException failure = assertThrows(CompletionException.class, () -> get(stage));
      assertInstanceOf(UnavailableException.class, failure.getCause());
    }

    store.comeBack(folder.resolve("empty"));
    assertEquals(channel, arrivals.renewal());
    awaitAvailable(backbone);
    Position after = publish(channel, text("new life"));
    assertEquals(after, arrivals.next().position());
    assertEquals(1, after.off());
    assertNotEquals(before.epoch(), after.epoch());
  }

  @Test
  void staysUnsubscribedFromWhatWasLeftWhileRedisWasAway() throws Exception {
    String left = channel();
    String kept = channel();
    get(broker().subscribe(left));
    get(broker().subscribe(kept));
    store.kill();
    Awaitility.await().until(() -> backbone.unavailableBecause().isPresent());
    get(broker().unsubscribe(left));

    store.comeBack(folder.resolve("left"));
    assertEquals(kept, arrivals.renewal());
    awaitAvailable(backbone);

    Awaitility.await()
        .until(() -> redis.pubsubShardChannels().equals(List.of(RedisKeys.live(kept))));
  }

  @Test
  void renewsWhatWasLostWithItsConnection() throws Exception {
    String channel = channel();
    get(broker().subscribe(channel));

    redis.clientKill(KillArgs.Builder.typePubsub());

    assertEquals(channel, arrivals.renewal());
    Position position = publish(channel, text("x"));
    assertEquals(position, arrivals.next().position());
  }

  @Test
  void connectsAnewWhereTheConnectionIsOpenAndLeadsNowhere() throws Exception {
    String channel = channel();
    Arrivals heard = new Arrivals();
    try (Relay relay = new Relay(store.port())) {
      RedisLink link =
          new RedisLink(
              URI.create(store.uri().toString().replace(":" + store.port(), ":" + relay.port())));
      try {
        Subscriptions subscriptions = new Subscriptions(link);
        RedisBroker broker =
            new RedisBroker(subscriptions, new RedisHistory(link, publications -> {}));
        broker.start(heard);
        link.start(subscriptions);
        Awaitility.await().until(() -> link.downBecause().isEmpty());
        get(broker.subscribe(channel));
        relay.swallow();

        CompletionStage<Void> again = broker.resubscribe(channel);

        assertThrows(CompletionException.class, () -> get(again));
        assertEquals(channel, heard.renewal());
        Position position = publish(channel, text("x"));
        assertEquals(position, heard.next().position());
      } finally {
        link.close();
      }
    }
  }

  @Test
  void renewsASubscriptionThatRedisEndedByItself() throws Exception {
    String channel = channel();
    Arrivals heard = new Arrivals();
    RedisLink link = new RedisLink(store.uri());
    try {
      Subscriptions subscriptions = new Subscriptions(link);
      RedisBroker broker =
          new RedisBroker(subscriptions, new RedisHistory(link, publications -> {}));
      broker.start(heard);
      link.start(subscriptions);
      Awaitility.await().until(() -> link.downBecause().isEmpty());
      get(broker.subscribe(channel));

      // To the connection this is what it hears when the channel's slot moves away.
      get(link.subscriptions(redis -> redis.sunsubscribe(RedisKeys.live(channel))));

      assertEquals(channel, heard.renewal());
      Position position = publish(channel, text("x"));
      assertEquals(position, heard.next().position());
    } finally {
      link.close();
    }
  }
}
