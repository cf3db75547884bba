package io.mooring.bench.contender;

import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Distribution;
import io.mooring.programs.Valkey;
import io.mooring.token.MasterKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What Mooring's servers need to take clients: keys, and a control plane that has them register,
 * with a Valkey of its own. All of it idles while servers are measured.
 */
public final class Ground implements AutoCloseable {
  private final Distribution distribution;
  private final DevelopmentKeys keys;
  private final Valkey valkey;
  private final Children children;
  private final int registryPort = Children.freePort();

  private Ground(Distribution distribution, Path folder, DevelopmentKeys keys) {
    this.distribution = distribution;
    this.keys = keys;
    this.children = new Children(folder);
    this.valkey = Valkey.start(folder.resolve("registry"));
    try {
      start();
    } catch (ContenderException failed) {
      close();
      throw failed;
    }
  }

  /** Starts all of it in a folder; returns when servers can register. */
  public static Ground start(Distribution distribution, Path folder) {
    StateFolder state = new StateFolder(folder).create();
    DevelopmentKeys keys = new DevelopmentKeys(state.keys());
    keys.ensure(InstantSource.system());
    return new Ground(distribution, folder, keys);
  }

  private void start() {
    int http = Children.freePort();
    Path file = children.folder().resolve("control-plane.yaml");
    StateFolder.write(
        file,
        """
        name: control-1
        redis:
          url: %s
        http:
          address: 127.0.0.1:%d
        registry:
          address: 127.0.0.1:%d
        xds:
          address: 127.0.0.1:%d
        admin:
          open: true
        keys: "%s"
        services:
          app:
            registration-token: %s
            networks: [127.0.0.0/8]
            ports: 1024-65535
        edge:
          auth-filters: [127.0.0.1:1]
          certificate: "%s"
          private-key: "%s"
          ticket-keys: "%s"
        """
            .formatted(
                valkey.url(),
                http,
                registryPort,
                Children.freePort(),
                keys.master(),
                registrationToken(),
                keys.edge(),
                keys.edgeKey(),
                keys.ticketKey())
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    List<String> command =
        new ArrayList<>(
            distribution.command(Distribution.Program.CONTROL_PLANE, Distribution.Mode.PRODUCTION));
    command.add("--config");
    command.add(file.toString());
    children.start("control-plane", command, () -> Http.ready(http));
  }

  /** The folder that holds the launcher. */
  public Path root() {
    return distribution.root();
  }

  Distribution distribution() {
    return distribution;
  }

  DevelopmentKeys keys() {
    return keys;
  }

  MasterKeys masterKeys() {
    return MasterKeys.read(keys.master());
  }

  int registryPort() {
    return registryPort;
  }

  String registrationToken() {
    try {
      return Files.readString(keys.registrationToken()).strip();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + keys.registrationToken(), unreadable);
    }
  }

  @Override
  public void close() {
    children.close();
    valkey.close();
  }
}
