package io.mooring.server.broker;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.RedisHistory;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.redis.RedisLink;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries publications by Redis: each channel is a sharded pub/sub channel. */
final class RedisBroker implements Broker {
  private static final Logger log = LoggerFactory.getLogger(RedisBroker.class);

  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<String, CompletableFuture<Void>> opening = new ConcurrentHashMap<>();
  private final RedisLink link;
  private final RedisHistory history;

  RedisBroker(RedisLink link, RedisHistory history) {
    this.link = link;
    this.history = history;
  }

  /** What the link is started with. */
  RedisPubSubListener<String, byte[]> listener(Deliveries deliveries) {
    return new Live(deliveries);
  }

  @Override
  public CompletionStage<Void> subscribe(String channel) {
    CompletableFuture<Void> active = new CompletableFuture<>();
    opening.put(channel, active);
    link.subscriptions(redis -> redis.ssubscribe(RedisKeys.live(channel)))
        .whenComplete(
            (sent, failure) -> {
              if (failure != null && opening.remove(channel, active)) {
                active.completeExceptionally(UnavailableException.of(failure));
              }
            });
    return active;
  }

  /** Redis confirms every subscription, whether it had it or not. */
  @Override
  public CompletionStage<Void> resubscribe(String channel) {
    return subscribe(channel);
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    subscribed.remove(channel);
    return link.subscriptions(redis -> redis.sunsubscribe(RedisKeys.live(channel)))
        // When Redis is back, the connection subscribes this channel again: see ssubscribed.
        .exceptionally(away -> null);
  }

  @Override
  public CompletionStage<Position> publish(
      String channel, Publication publication, Retention retention) {
    return history.append(channel, publication, retention);
  }

  private final class Live extends RedisPubSubAdapter<String, byte[]> {
    private final Deliveries deliveries;

    Live(Deliveries deliveries) {
      this.deliveries = deliveries;
    }

    @Override
    public void ssubscribed(String live, long count) {
      String channel = RedisKeys.channel(live);
      CompletableFuture<Void> first = opening.remove(channel);
      if (first != null) {
        subscribed.add(channel);
        first.complete(null);
      } else if (subscribed.contains(channel)) {
        deliveries.renewed(channel);
      } else {
        // The connection forgets a channel only when Redis confirms so, not while it is away.
        unsubscribe(channel);
      }
    }

    @Override
    public void sunsubscribed(String live, long count) {
      String channel = RedisKeys.channel(live);
      if (subscribed.contains(channel) && !opening.containsKey(channel)) {
        // Someone came while the channel was being given up; the answer renews it.
        link.subscriptions(redis -> redis.ssubscribe(live));
      }
    }

    @Override
    public void smessage(String live, byte[] message) {
      String channel = RedisKeys.channel(live);
      try {
        List<Delivery> together = LiveMessage.parse(message);
        if (!together.isEmpty()) {
          deliveries.delivered(channel, together);
        }
      } catch (IllegalArgumentException foreign) {
        log.warn("event=foreign_message channel={} reason=\"{}\"", channel, foreign.getMessage());
      }
    }
  }
}
