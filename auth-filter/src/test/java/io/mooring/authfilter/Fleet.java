package io.mooring.authfilter;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.mooring.process.HostPort;
import io.mooring.programs.Valkey;
import io.mooring.registry.Address;
import io.mooring.registry.Admission.Admitted;
import io.mooring.registry.Fence;
import io.mooring.registry.Redis;
import io.mooring.registry.Registration;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.ServerState;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.MasterKeys;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What an auth-filter finds around it: key files, an issuer of tokens, a registry in a Valkey. */
final class Fleet implements AutoCloseable {
  static final Grant GRANT =
      new Grant(
          "u17",
          Optional.of("acme"),
          "client",
          new Channels(List.of("demo.*"), List.of("demo.room")),
          Duration.ofHours(1));

  private final Path folder;
  private final TokenIssuer issuer;
  private final MasterKeys keys;
  private final Valkey valkey;

  private Fleet(Path folder, TokenIssuer issuer, MasterKeys keys, Valkey valkey) {
    this.folder = folder;
    this.issuer = issuer;
    this.keys = keys;
    this.valkey = valkey;
  }

  static Fleet start(Path folder) throws IOException {
    Files.writeString(folder.resolve("master.key"), MasterKeys.generate("k1"));
    return new Fleet(
        folder,
        TokenIssuer.create(
            folder.resolve("issuer.jwk"), folder.resolve("jwks.json"), InstantSource.system()),
        MasterKeys.read(folder.resolve("master.key")),
        Valkey.start(folder.resolve("valkey")));
  }

  private static final Fence FENCE = new Fence("control-1", 1);

  /** Registers ACTIVE servers {@code <service>-<number>} with the ports 7200 + number. */
  Fleet with(String service, int... numbers) {
    try (Redis redis = new Redis(valkey.url())) {
      RegistryStore registry = new RegistryStore(redis);
      for (int number : numbers) {
        Admitted admitted = (Admitted) registry.register(registration(service, number), 0);
        registry.transition(FENCE, admitted.claim(), ServerState.WARMING, ServerState.ACTIVE);
      }
    }
    return this;
  }

  /** Empties the registry, as FLUSHALL by an operator does. */
  Fleet flush() {
    try (RedisClient client = RedisClient.create(valkey.url());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().flushall();
    }
    return this;
  }

  private static Registration registration(String service, int number) {
    String id = service + "-" + number;
    return new Registration(
        id,
        "uid-" + id,
        0,
        service,
        new Address("127.0.0.1", 7200 + number),
        Optional.empty(),
        8,
        "",
        Set.of(),
        Map.of());
  }

  /** A token that says {@link #GRANT}. */
  String token() {
    return token(GRANT);
  }

  String token(Grant grant) {
    return issuer.issue(grant);
  }

  MasterKeys keys() {
    return keys;
  }

  int redisPort() {
    return valkey.port();
  }

  /** Ports of 0 are free ones. */
  AuthFilterConfig config(int grpcPort, int httpPort) {
    return new AuthFilterConfig(
        "auth-1",
        new AuthFilterConfig.Registry(URI.create(valkey.url())),
        new AuthFilterConfig.Listener(new HostPort("127.0.0.1", grpcPort)),
        new AuthFilterConfig.Listener(new HostPort("127.0.0.1", httpPort)),
        "app",
        Map.of("chat.example.com", "chat"),
        "",
        List.of("https://app.example"),
        new AuthFilterConfig.Token(
            TokenIssuer.ISSUER, TokenIssuer.AUDIENCE, folder.resolve("jwks.json")),
        folder.resolve("master.key"));
  }

  /** Ends the Valkey. */
  @Override
  public void close() {
    valkey.close();
  }
}
