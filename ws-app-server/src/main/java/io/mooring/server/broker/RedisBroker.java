package io.mooring.server.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Channels in Redis: a script gives each publication its offset and publishes it on the channel's
 * shard, in one step. Of each log only its top is kept.
 */
public final class RedisBroker implements Broker {
  private static final Logger log = LoggerFactory.getLogger(RedisBroker.class);

  /** A publication on its way to the log of its channel. */
  record Append(String channel, Publication publication) {}

  private final RedisScript append = new RedisScript("append.lua");
  private final RedisScript top = new RedisScript("top.lua");
  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<String, CompletableFuture<Void>> opening = new ConcurrentHashMap<>();
  private final RedisLink link;

  /**
   * @throws IllegalArgumentException if the URL is none of Redis
   */
  public RedisBroker(URI url) {
    this.link = new RedisLink(url);
  }

  @Override
  public void start(Deliveries deliveries) {
    link.start(new Live(deliveries));
  }

  @Override
  public Optional<String> unavailableBecause() {
    return link.downBecause();
  }

  @Override
  public CompletionStage<Position> subscribe(String channel) {
    CompletableFuture<Void> active = new CompletableFuture<>();
    opening.put(channel, active);
    attempt(() -> link.subscriptions().ssubscribe(RedisKeys.live(channel)))
        .whenComplete(
            (sent, failure) -> {
              if (failure != null && opening.remove(channel, active)) {
                active.completeExceptionally(failure);
              }
            });
    return active
        .thenCompose(there -> top(channel))
        .whenComplete(
            (position, failure) -> {
              if (failure != null) {
                unsubscribe(channel);
              }
            });
  }

  @Override
  public CompletionStage<Void> unsubscribe(String channel) {
    subscribed.remove(channel);
    return attempt(() -> link.subscriptions().sunsubscribe(RedisKeys.live(channel)))
        // When Redis is back, the connection subscribes this channel again: see ssubscribed.
        .exceptionally(away -> null);
  }

  @Override
  public CompletionStage<Position> top(String channel) {
    return attempt(
            () ->
                top.call(
                    link.commands(),
                    new String[] {RedisKeys.meta(channel)},
                    new byte[][] {Epochs.random().getBytes(US_ASCII)}))
        .thenApply(at -> position(at, 0));
  }

  @Override
  public CompletionStage<Position> publish(String channel, Publication publication) {
    return append(List.of(new Append(channel, publication))).thenCompose(List::getFirst);
  }

  /**
   * Appends publications on channels of one partition, in order.
   *
   * @return one stage each, complete with the whole
   */
  CompletionStage<List<CompletionStage<Position>>> append(List<Append> batch) {
    List<String> keys = new ArrayList<>(2 * batch.size());
    List<byte[]> arguments = new ArrayList<>(1 + 4 * batch.size());
    arguments.add(Epochs.random().getBytes(US_ASCII));
    for (Append one : batch) {
      keys.add(RedisKeys.meta(one.channel));
      keys.add(RedisKeys.live(one.channel));
      Publication publication = one.publication;
      arguments.add(Long.toString(publication.tag()).getBytes(US_ASCII));
      arguments.add(publication.key().getBytes(UTF_8));
      arguments.add(publication.from().getBytes(UTF_8));
      arguments.add(publication.data());
    }
    return attempt(
            () ->
                append.call(
                    link.commands(), keys.toArray(String[]::new), arguments.toArray(byte[][]::new)))
        .thenApply(answers -> answers.stream().map(RedisBroker::appended).toList());
  }

  @Override
  public void close() {
    link.close();
  }

  private static CompletionStage<Position> appended(Object answer) {
    List<?> fields = (List<?>) answer;
    return text(fields, 0).equals("failed")
        ? CompletableFuture.failedStage(
            new BrokerUnavailableException("redis: " + text(fields, 1), null))
        : CompletableFuture.completedStage(position(fields, 1));
  }

  /**
   * @throws BrokerUnavailableException if what Redis holds describes no position
   */
  private static Position position(List<?> fields, int at) {
    try {
      return new Position(
          text(fields, at),
          Long.parseLong(text(fields, at + 1)),
          Long.parseLong(text(fields, at + 2)));
    } catch (NumberFormatException broken) {
      throw new BrokerUnavailableException("redis: the log's meta is broken", broken);
    }
  }

  private static String text(List<?> fields, int at) {
    return fields.get(at) instanceof byte[] bytes ? new String(bytes, UTF_8) : "";
  }

  private static <T> CompletionStage<T> attempt(Supplier<CompletionStage<T>> command) {
    CompletionStage<T> sent;
    try {
      sent = command.get();
    } catch (BrokerUnavailableException away) {
      return CompletableFuture.failedStage(away);
    }
    return sent.exceptionallyCompose(
        failure -> {
          Throwable cause = failure.getCause();
          Throwable root =
              failure instanceof CompletionException && cause != null ? cause : failure;
          return CompletableFuture.failedStage(
              new BrokerUnavailableException("redis: " + root.getMessage(), root));
        });
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
        attempt(() -> link.subscriptions().ssubscribe(live));
      }
    }

    @Override
    public void smessage(String live, byte[] message) {
      String channel = RedisKeys.channel(live);
      try {
        for (Delivery delivery : LiveMessage.parse(message)) {
          deliveries.delivered(channel, delivery);
        }
      } catch (IllegalArgumentException foreign) {
        log.warn("event=foreign_message channel={} reason=\"{}\"", channel, foreign.getMessage());
      }
    }
  }
}
