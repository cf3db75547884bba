package io.mooring.registry;

import java.util.List;
import java.util.Map;

/**
 * What the replicas of the control plane say of their Envoys. Safe for all threads; each call waits
 * for Redis and throws {@link RegistryUnavailableException} if it does not answer.
 */
public final class EnvoyStore {
  private static final List<String> KEYS = List.of(Keys.ENVOYS);

  private final Redis redis;

  public EnvoyStore(Redis redis) {
    this.redis = redis;
  }

  /** What is said of each Envoy, by its id. */
  public Map<String, String> all() {
    return redis.call(commands -> commands.hgetall(Keys.ENVOYS));
  }

  public void report(String envoyId, String text) {
    redis.call(commands -> commands.hset(Keys.ENVOYS, envoyId, text));
  }

  /**
   * Says that an Envoy has left a replica, unless another replica has spoken of it since.
   *
   * @param replica that it has left
   */
  public void reportGone(String envoyId, String replica, String text) {
    List<String> arguments = List.of(envoyId, "replica=" + replica + " ", text);
    redis.call(commands -> Script.ENVOY_GONE.run(commands, KEYS, arguments));
  }

  /** Removes an Envoy if this is still what is said of it. */
  public void forget(String envoyId, String text) {
    redis.call(commands -> Script.FORGET_ENVOY.run(commands, KEYS, List.of(envoyId, text)));
  }
}
