package io.mooring.server.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
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
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two connections to Redis, one for commands and one for pub/sub, which are tried for as long as
 * they are not there, and made anew where Redis is silent or may not be written to. A command that
 * is sent while they are away fails at once, and none is ever sent again by itself: whoever sent it
 * knows better.
 */
public final class RedisLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LEAST_DELAY = Duration.ofMillis(50);
  private static final Duration MOST_DELAY = Duration.ofSeconds(1);
  private static final Duration RETRY_DELAY = Duration.ofMillis(500);

  /** In an error of a script, after the name of the key. */
  private static final String READ_ONLY = ": READONLY ";

  /** Every subscription is made anew each time. */
  private static final long LEAVING_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final AtomicLong left = new AtomicLong(System.nanoTime() - LEAVING_NANOS);
  private final AtomicBoolean away = new AtomicBoolean();
  private volatile boolean closed;
  private volatile long downSince = System.nanoTime();
  private volatile @Nullable StatefulRedisConnection<String, byte[]> commands;
  private volatile @Nullable StatefulRedisPubSubConnection<String, byte[]> subscriptions;

  /**
   * @throws IllegalArgumentException if the URL is none of Redis
   */
  public RedisLink(URI url) {
    uri = RedisURI.create(url);
    resources =
        DefaultClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .nettyCustomizer(new Watched())
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
  public void start(RedisPubSubListener<String, byte[]> listener) {
    connect(() -> client.connectAsync(CODEC, uri), made -> commands = made);
    connect(
        () -> client.connectPubSubAsync(CODEC, uri),
        made -> {
          made.addListener(listener);
          subscriptions = made;
        });
  }

  /** Why nothing can be asked of it now; empty when all is well. Asks nobody; for any thread. */
  public Optional<String> downBecause() {
    StatefulRedisConnection<String, byte[]> first = commands;
    StatefulRedisPubSubConnection<String, byte[]> second = subscriptions;
    return first != null && first.isOpen() && second != null && second.isOpen()
        ? Optional.empty()
        : Optional.of("redis at " + uri.getHost() + ":" + uri.getPort() + " does not answer");
  }

  /** How long that has been so, in milliseconds; 0 when all is well. */
  public long downMillis() {
    return downBecause().isEmpty()
        ? 0
        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - downSince);
  }

  /**
   * Sends a command.
   *
   * @return fails, with what was thrown and not wrapped, if there is no connection, the connection
   *     is lost, or no answer comes in time
   */
  public <T> CompletionStage<T> ask(
      Function<RedisAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
    StatefulRedisConnection<String, byte[]> connection = commands;
    return connection == null ? away() : bare(command.apply(connection.async()));
  }

  /** The same on the connection for subscriptions. */
  public <T> CompletionStage<T> subscriptions(
      Function<RedisPubSubAsyncCommands<String, byte[]>, CompletionStage<T>> command) {
    StatefulRedisPubSubConnection<String, byte[]> connection = subscriptions;
    return connection == null ? away() : bare(command.apply(connection.async()));
  }

  /**
   * Takes note of an error that a script answered. A Redis that may not be written to is no primary
   * any more, and does not end its connections; the address may lead to the new one by now.
   */
  public void failed(String error) {
    long last = left.get();
    long now = System.nanoTime();
    if (error.contains(READ_ONLY) && now - last >= LEAVING_NANOS && left.compareAndSet(last, now)) {
      log.warn(
          "event=redis_read_only host={} port={} action=\"connecting anew\"",
          uri.getHost(),
          uri.getPort());
      channels.forEach(Channel::close);
    }
  }

  /** Runs the task later, on a thread of the link; not at all once it is closed. */
  public void later(Duration delay, Runnable task) {
    if (!closed) {
      try {
        var ignored =
            resources.eventExecutorGroup().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException closedMeanwhile) {
        log.debug("event=task_dropped reason=closed");
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private <T> CompletionStage<T> away() {
    return CompletableFuture.failedStage(
        new RedisException(downBecause().orElse("redis is just connected")));
  }

  /** The failure itself, where a stage has wrapped it on its way. */
  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private static <T> CompletionStage<T> bare(CompletionStage<T> answer) {
    return answer.exceptionallyCompose(failure -> CompletableFuture.failedStage(cause(failure)));
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
                // It was connected before it was here.
                report(true);
              } else if (!closed) {
                report(false);
                later(RETRY_DELAY, () -> connect(attempt, made));
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
      downSince = System.nanoTime();
      log.warn(
          "event=redis_away host={} port={} action=\"retrying; sockets and subscriptions stay\"",
          uri.getHost(),
          uri.getPort());
    }
  }

  private final class Watched implements NettyCustomizer {
    @Override
    public void afterChannelInitialized(Channel channel) {
      channel.pipeline().addFirst(new Pulse());
      channels.add(channel);
      channel.closeFuture().addListener(closed -> channels.remove(channel));
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
