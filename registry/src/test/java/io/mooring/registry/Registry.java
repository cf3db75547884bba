package io.mooring.registry;

import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.programs.Valkey;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A registry in a real Valkey, and servers to register there. */
final class Registry implements AutoCloseable {
  /** Of a leader, in a registry in which nobody else has led. */
  static final Fence FENCE = new Fence("control-1", 1);

  private final Path folder;
  private final Redis redis;
  private Valkey valkey;
  final RegistryStore store;
  final EnvoyStore envoys;
  final Election election;

  Registry(Path folder) {
    this.folder = folder;
    valkey = Valkey.start(folder);
    redis = new Redis(valkey.url());
    store = new RegistryStore(redis);
    envoys = new EnvoyStore(redis);
    election = new Election(redis);
  }

  Redis redis() {
    return redis;
  }

  Valkey valkey() {
    return valkey;
  }

  /** Starts it again on the same port, with what the folder holds. */
  void startAgain() {
    int port = valkey.port();
    valkey.close();
    valkey = Valkey.start(folder, port);
  }

  <T> T call(Function<RedisCommands<String, String>, T> commands) {
    return redis.call(commands);
  }

  Claim admit(String id, String uid) {
    return admit(registration(id, uid, 0));
  }

  Claim admit(Registration registration) {
    return switch (store.register(registration, 0)) {
      case Admission.Admitted admitted -> admitted.claim();
      case Admission.Fenced fenced -> throw new AssertionError(fenced);
      case Admission.Taken taken -> throw new AssertionError(taken);
    };
  }

  Claim admitActive(String id, String uid) {
    Claim claim = admit(id, uid);
    store.transition(FENCE, claim, ServerState.WARMING, ServerState.ACTIVE);
    return claim;
  }

  /** Drains a server whose claim this is; the moves are not released. */
  void drain(Claim claim, DrainSpec spec) {
    store.requestDrain(claim.serverId(), spec);
    store.beginDrain(FENCE, claim, spec);
  }

  static Registration registration(String id, String uid, long claimed) {
    return registration(id, uid, claimed, "app", 7200);
  }

  static Registration registration(String id, String uid, long claimed, String service, int port) {
    return new Registration(
        id,
        uid,
        claimed,
        service,
        new Address("127.0.0.1", port),
        Optional.of(new Address("127.0.0.1", 7300)),
        8,
        "v1",
        Set.of("verdict/1"),
        Map.of("zone", "a"));
  }

  static Server server(String id, long generation, ServerState state) {
    return server(id, generation, state, 0);
  }

  static Server server(String id, long generation, ServerState state, long revision) {
    return new Server(
        id,
        "app",
        "uid-" + id,
        generation,
        state,
        false,
        new Address("127.0.0.1", 7200),
        Optional.of(new Address("127.0.0.1", 7300)),
        8,
        "v1",
        Set.of("verdict/1"),
        Map.of("zone", "a"),
        state == ServerState.DRAINING
            ? Optional.of(new Drain("d1", DrainSpec.parse("rate=20"), true))
            : Optional.empty(),
        revision);
  }

  @Override
  public void close() {
    redis.close();
    valkey.close();
  }
}
