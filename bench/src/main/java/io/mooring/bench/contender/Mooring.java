package io.mooring.bench.contender;

import io.mooring.bench.wire.Credential;
import io.mooring.bench.wire.Dialect;
import io.mooring.bench.wire.MooringDialect;
import io.mooring.cli.tier.Distribution;
import io.mooring.token.Channels;
import io.mooring.token.ConnIds;
import io.mooring.token.Identity;
import io.mooring.token.IdentitySigner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The app server as in production, registered with a control plane. Clients reach it without an
 * edge, as they do the others, each with an identity that is signed as the edge signs it.
 */
public final class Mooring implements Contender {
  private static final long LIFE_SECONDS = 24 * 3_600;

  private final Ground ground;

  public Mooring(Ground ground) {
    this.ground = ground;
  }

  @Override
  public String name() {
    return "Mooring";
  }

  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public Dialect dialect() {
    return new MooringDialect();
  }

  /** The launcher has built it. */
  @Override
  public void fetch() {}

  @Override
  public Running start(Task task, Path folder) {
    return Servers.start(
        task,
        folder,
        (number, port) -> {
          int http = Children.freePort();
          return new Servers.Launch(
              "ws-app-server", command(task, "app-" + number, port, http), () -> Http.ready(http));
        },
        new Manner(ground));
  }

  private List<String> command(Task task, String name, int port, int http) {
    List<String> command =
        new ArrayList<>(
            ground
                .distribution()
                .command(Distribution.Program.WS_APP_SERVER, Distribution.Mode.PRODUCTION));
    command.add("--name=" + name);
    command.add("--broker=" + (task.redis().isPresent() ? "redis" : "memory"));
    task.redis().ifPresent(address -> command.add("--redis.url=redis://" + address));
    command.add("--user-presence=" + task.presence());
    command.add("--namespaces.demo.presence=" + task.presence());
    command.add("--websocket.address=127.0.0.1:" + port);
    command.add("--http.address=127.0.0.1:" + http);
    command.add("--registry.addresses=127.0.0.1:" + ground.registryPort());
    command.add("--registry.token=" + ground.registrationToken());
    command.add("--keys=" + ground.keys().master());
    command.add("--token.jwks=" + ground.keys().jwks());
    // There is no edge to take a handshake to another server, and the peers refuse none.
    command.add("--handshake-deadline=60s");
    // A publisher here does the work of many clients. The peers have no such limit by default.
    command.add("--limits.messages=100000000");
    return command;
  }

  private record Manner(IdentitySigner signer, ConnIds connIds) implements Servers.Manner {
    Manner(Ground ground) {
      this(new IdentitySigner(ground.masterKeys(), "app"), new ConnIds(ground.masterKeys()));
    }

    @Override
    public List<String> shown(List<String> commands, List<Integer> ports) {
      return commands.stream().map(Manner::withoutSecret).toList();
    }

    private static String withoutSecret(String command) {
      return command.replaceAll("--registry.token=\\S+", "--registry.token=…");
    }

    @Override
    public Credential credential(String user) {
      long now = System.currentTimeMillis();
      Identity identity =
          new Identity(
              user,
              Optional.empty(),
              "client",
              Channels.NONE,
              now / 1_000 + LIFE_SECONDS,
              Optional.empty(),
              "bench",
              connIds.mint(user),
              "wss://edge.example:8443",
              "/ws",
              now,
              IdentitySigner.nonce(),
              1,
              Optional.empty());
      return new Credential("x-mooring-identity: " + signer.sign(identity), "");
    }

    @Override
    public void collectGarbage(Children children, List<Integer> ports) {
      Jvm.collectGarbage(children.pids());
    }
  }
}
