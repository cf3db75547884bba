package io.mooring.controlplane;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.programs.Valkey;
import io.mooring.registry.Address;
import io.mooring.registry.Admission;
import io.mooring.registry.Claim;
import io.mooring.registry.Election;
import io.mooring.registry.EnvoyStore;
import io.mooring.registry.Fence;
import io.mooring.registry.Redis;
import io.mooring.registry.Registration;
import io.mooring.registry.RegistryFollower;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.ServerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A registry in a real Valkey with a follower, and servers to register there. */
public final class Tier implements AutoCloseable {
  /** Of a leader, in a registry in which nobody else has led. */
  public static final Fence FENCE = new Fence("control-1", 1);

  private final Path folder;
  private Valkey valkey;
  private final Redis redis;
  private final RegistryStore store;
  private final RegistryFollower follower;

  public Tier(Path folder) {
    this.folder = folder;
    valkey = Valkey.start(folder);
    redis = new Redis(valkey.url());
    store = new RegistryStore(redis);
    follower = new RegistryFollower(redis);
  }

  public Valkey valkey() {
    return valkey;
  }

  public Election election() {
    return new Election(redis);
  }

  public EnvoyStore envoys() {
    return new EnvoyStore(redis);
  }

  public RegistryStore store() {
    return store;
  }

  public RegistryFollower follower() {
    return follower;
  }

  /** Starts Valkey again on the same port, with what the folder holds. */
  public void startValkeyAgain() {
    int port = valkey.port();
    valkey.close();
    valkey = Valkey.start(folder, port);
  }

  public <T> T redis(Function<RedisCommands<String, String>, T> commands) {
    try (RedisClient client = RedisClient.create(valkey.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      return commands.apply(connection.sync());
    }
  }

  public Claim admit(String id, int port) {
    if (store.register(registration(id, "uid-" + id, port), 0)
        instanceof Admission.Admitted admitted) {
      return admitted.claim();
    }
    throw new AssertionError(id + " was not admitted");
  }

  public static Registration registration(String id, String uid, int port) {
    return new Registration(
        id,
        uid,
        0,
        "app",
        new Address("127.0.0.1", port),
        Optional.empty(),
        8,
        "",
        Set.of(),
        Map.of());
  }

  public Claim admitActive(String id, int port) {
    Claim claim = admit(id, port);
    store.transition(FENCE, claim, ServerState.WARMING, ServerState.ACTIVE);
    return claim;
  }

  /** A port that answers. */
  public static ServerSocket listen() {
    try {
      return new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A port that refuses. */
  public static int closedPort() {
    try (ServerSocket socket = listen()) {
      return socket.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    follower.close();
    redis.close();
    valkey.close();
  }
}
