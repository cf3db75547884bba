package io.mooring.registry;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to the registry's Redis. Connects when it is used, also after the connection was lost; a
 * command that cannot be sent now fails at once instead of waiting in a queue. Safe for all
 * threads.
 */
public final class Redis implements AutoCloseable {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(2);

  /** So long every call fails like the last try to connect, lest a storm of calls queues up. */
  private static final Duration CONNECT_PAUSE = Duration.ofMillis(100);

  private final RedisURI uri;
  private @Nullable ClientResources resources;
  private @Nullable RedisClient client;
  private @Nullable StatefulRedisConnection<String, String> shared;
  private @Nullable RedisException refused;
  private long refusedAt;
  private boolean closed;

  /**
   * @param url {@code redis://[user:password@]host:port[/db]} or {@code rediss://…}
   * @throws IllegalArgumentException if the URL cannot be read
   */
  public Redis(String url) {
    uri = RedisURI.create(url);
    uri.setTimeout(COMMAND_LIMIT);
  }

  /** The address for messages, without the password. */
  public String name() {
    return (uri.isSsl() ? "rediss://" : "redis://") + uri.getHost() + ":" + uri.getPort();
  }

  /**
   * Runs commands on the shared connection.
   *
   * @throws RegistryUnavailableException if Redis does not answer
   */
  <T> T call(Function<RedisCommands<String, String>, T> commands) {
    StatefulRedisConnection<String, String> connection = null;
    try {
      connection = shared();
      return commands.apply(connection.sync());
    } catch (RedisCommandTimeoutException silent) {
      leave(connection);
      throw unavailable(silent);
    } catch (RedisException away) {
      throw unavailable(away);
    }
  }

  /**
   * A connection on which nothing came back in time is not used again: after a network was cut, TCP
   * repeats what was lost only minutes later, and a new connection finds the way at once.
   */
  private synchronized void leave(@Nullable StatefulRedisConnection<String, String> silent) {
    if (silent != null && silent == shared) {
      shared = null;
      silent.closeAsync();
    }
  }

  /**
   * Opens a connection of the caller's own, for commands that block.
   *
   * @throws RedisException if Redis does not answer
   */
  StatefulRedisConnection<String, String> open() {
    return client().connect();
  }

  RegistryUnavailableException unavailable(RedisException cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new RegistryUnavailableException(
        name() + " does not answer: " + root.getMessage(), cause);
  }

  private synchronized StatefulRedisConnection<String, String> shared() {
    if (shared != null && shared.isOpen()) {
      return shared;
    }
    if (refused != null && System.nanoTime() - refusedAt < CONNECT_PAUSE.toNanos()) {
      throw refused;
    }
    try {
      shared = client().connect();
      refused = null;
      return shared;
    } catch (RedisException away) {
      refused = away;
      refusedAt = System.nanoTime();
      throw away;
    }
  }

  private synchronized RedisClient client() {
    if (closed) {
      throw new RedisException("the connection was closed by this process");
    }
    if (client == null) {
      resources =
          ClientResources.builder()
              .ioThreadPoolSize(2)
              .computationThreadPoolSize(2)
              .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
              .commandLatencyRecorder(CommandLatencyRecorder.disabled())
              .build();
      client = RedisClient.create(resources, uri);
      client.setOptions(
          ClientOptions.builder()
              .autoReconnect(false)
              .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_LIMIT).build())
              .build());
    }
    return client;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
    if (resources != null) {
      resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
  }
}
