package io.mooring.server.broker;

import io.mooring.server.history.Delivery;
import io.mooring.server.history.Position;
import io.mooring.server.history.Publication;
import io.mooring.server.history.RedisHistory;
import io.mooring.server.history.Retention;
import io.mooring.server.history.UnavailableException;
import io.mooring.server.redis.RedisKeys;
import io.mooring.server.redis.Subscriptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries publications by Redis: each channel is a sharded pub/sub channel. */
final class RedisBroker implements Broker {
  private static final Logger log = LoggerFactory.getLogger(RedisBroker.class);

  private final Subscriptions subscriptions;
  private final RedisHistory history;

  RedisBroker(Subscriptions subscriptions, RedisHistory history) {
    this.subscriptions = subscriptions;
    this.history = history;
  }

  /** Before the link is started. */
  void start(Deliveries deliveries) {
    subscriptions.hear(RedisKeys.LIVE, new Live(deliveries));
  }

  @Override
  public CompletionStage<Void> subscribe(String channel) {
    return subscriptions
        .subscribe(RedisKeys.live(channel))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedStage(UnavailableException.of(failure)));
  }

  /** Redis confirms every subscription, whether it had it or not. */
  @Override
  public CompletionStage<Void> resubscribe(String channel) {
    return subscribe(channel);
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    return subscriptions.unsubscribe(RedisKeys.live(channel));
  }

  @Override
  public CompletionStage<Position> publish(
      String channel, Publication publication, Retention retention) {
    return history.append(channel, publication, retention);
  }

  private static final class Live implements Subscriptions.Ear {
    private final Deliveries deliveries;

    Live(Deliveries deliveries) {
      this.deliveries = deliveries;
    }

    @Override
    public void renewed(String live) {
      deliveries.renewed(RedisKeys.channel(live));
    }

    @Override
    public void heard(String live, byte[] message) {
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
