package io.mooring.server.broker;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.async.RedisPubSubAsyncCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two connections to Redis, one for commands and one for pub/sub, which are tried for as long as
 * they are not there. A command that is sent while they are away fails at once, and none is ever
 * sent again by itself: whoever sent it knows better.
 */
final class RedisLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LEAST_DELAY = Duration.ofMillis(50);
  private static final Duration MOST_DELAY = Duration.ofSeconds(1);
  private static final long RETRY_MILLIS = 500;

  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;
  private final AtomicBoolean away = new AtomicBoolean();
  private volatile boolean closed;
  private volatile @Nullable StatefulRedisConnection<String, byte[]> commands;
  private volatile @Nullable StatefulRedisPubSubConnection<String, byte[]> subscriptions;

  /**
   * @throws IllegalArgumentException if the URL is none of Redis
   */
  RedisLink(URI url) {
    uri = RedisURI.create(url);
    resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .commandLatencyRecorder(CommandLatencyRecorder.disabled())
            .reconnectDelay(
                Delay.equalJitter(
                    LEAST_DELAY, MOST_DELAY, LEAST_DELAY.toMillis(), TimeUnit.MILLISECONDS))
            .build();
    client = new AsyncRedisClient(resources);
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .replayFilter(command -> true)
            .timeoutOptions(TimeoutOptions.enabled(PATIENCE))
            .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).keepAlive(true).build())
            .build());
    client.addListener(new Watch());
  }

  /** Begins to connect. */
  void start(RedisPubSubListener<String, byte[]> listener) {
    connect(() -> client.connectAsync(CODEC, uri), made -> commands = made);
    connect(
        () -> client.connectPubSubAsync(CODEC, uri),
        made -> {
          made.addListener(listener);
          subscriptions = made;
        });
  }

  Optional<String> downBecause() {
    StatefulRedisConnection<String, byte[]> first = commands;
    StatefulRedisPubSubConnection<String, byte[]> second = subscriptions;
    return first != null && first.isOpen() && second != null && second.isOpen()
        ? Optional.empty()
        : Optional.of("redis at " + uri.getHost() + ":" + uri.getPort() + " does not answer");
  }

  /**
   * @throws BrokerUnavailableException if there was no connection yet
   */
  RedisAsyncCommands<String, byte[]> commands() {
    StatefulRedisConnection<String, byte[]> connection = commands;
    if (connection == null) {
      throw new BrokerUnavailableException(downBecause().orElse("redis is just connected"), null);
    }
    return connection.async();
  }

  /**
   * @throws BrokerUnavailableException if there was no connection yet
   */
  RedisPubSubAsyncCommands<String, byte[]> subscriptions() {
    StatefulRedisPubSubConnection<String, byte[]> connection = subscriptions;
    if (connection == null) {
      throw new BrokerUnavailableException(downBecause().orElse("redis is just connected"), null);
    }
    return connection.async();
  }

  @Override
  public void close() {
    closed = true;
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private interface Made<C> {
    void accept(C connection);
  }

  private <C> void connect(Supplier<? extends CompletionStage<C>> attempt, Made<C> made) {
    attempt
        .get()
        .whenComplete(
            (connection, failure) -> {
              if (connection != null) {
                made.accept(connection);
              } else if (!closed) {
                report(false);
                var ignored =
                    resources
                        .eventExecutorGroup()
                        .schedule(
                            () -> connect(attempt, made), RETRY_MILLIS, TimeUnit.MILLISECONDS);
              }
            });
  }

  private void report(boolean there) {
    if (closed) {
      return;
    }
    if (there) {
      if (downBecause().isEmpty() && away.compareAndSet(true, false)) {
        log.info("event=redis_back host={} port={}", uri.getHost(), uri.getPort());
      }
    } else if (away.compareAndSet(false, true)) {
      log.warn(
          "event=redis_away host={} port={} action=\"retrying; sockets and subscriptions stay\"",
          uri.getHost(),
          uri.getPort());
    }
  }

  private final class Watch implements RedisConnectionStateListener {
    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
      report(true);
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
      report(false);
    }
  }
}
