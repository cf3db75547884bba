package io.mooring.cli.tier;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminWatch;
import io.mooring.cli.child.OpenFiles;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.StateFolder;
import io.mooring.process.Readiness;
import io.mooring.programs.EnvoyBootstrap;
import io.mooring.programs.EnvoyProgram;
import io.mooring.programs.ValkeyProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns a {@link Shape} into parts: writes each one's configuration, knows how it is started. */
public final class Blueprint {
  /** Threads of an Envoy that serve sockets: a development machine has other work too. */
  private static final int ENVOY_WORKERS = 1;

  private static final long FEWEST_CONNECTIONS = 100;
  private static final long MOST_CONNECTIONS = 100_000;

  private final Shape shape;
  private final StateFolder state;
  private final Distribution distribution;
  private final Distribution.Mode mode;
  private final Binaries binaries;
  private final Configurations configurations;
  private final AdminWatch admin;

  /**
   * The programs that are not ours.
   *
   * @param valkey absent when another Redis is used
   */
  public record Binaries(Path envoy, Optional<Path> valkey) {}

  /**
   * @param demo where the demo page is served, {@code host:port}
   */
  public Blueprint(
      Shape shape,
      StateFolder state,
      DevelopmentKeys keys,
      String demo,
      Distribution distribution,
      Distribution.Mode mode,
      Binaries binaries) {
    this.shape = shape;
    this.state = state;
    this.distribution = distribution;
    this.mode = mode;
    this.binaries = binaries;
    this.configurations = new Configurations(shape, keys, demo);
    this.admin = new AdminWatch(new AdminApi(adminUris(shape), Optional.empty()));
  }

  /** What the tier's control plane knows. */
  public AdminWatch admin() {
    return admin;
  }

  /** Every part, in the order in which they are to be started. */
  public List<Part> parts() {
    return shape.members().stream().map(this::part).toList();
  }

  /** One part, also beyond the number that the shape asks for. */
  public Part part(Shape.Member member) {
    return switch (member.kind()) {
      case VALKEY -> valkey(member);
      case CONTROL ->
          java(
              member,
              Distribution.Program.CONTROL_PLANE,
              configurations.controlPlane(member.number()),
              Probes.ready(port(member, "http")));
      case AUTH ->
          java(
              member,
              Distribution.Program.AUTH_FILTER,
              configurations.authFilter(member.number()),
              Probes.ready(port(member, "http")));
      case APP ->
          java(
              member,
              Distribution.Program.WS_APP_SERVER,
              configurations.appServer(member.number()),
              Probes.active(admin, member.name(), port(member, "http")));
      case EDGE -> edge(member);
    };
  }

  private Part valkey(Shape.Member member) {
    Path data = state.data().resolve("valkey");
    try {
      Files.createDirectories(data);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot create the folder " + data, refused);
    }
    Path program =
        binaries
            .valkey()
            .orElseThrow(
                () -> new IllegalStateException("the tier's shape has a Redis of its own"));
    int port = port(member, "redis");
    return part(member, ValkeyProgram.command(program, data, port), Probes.valkey(port));
  }

  private Part java(
      Shape.Member member,
      Distribution.Program program,
      String configuration,
      Readiness readiness) {
    Path file = write(member, configuration);
    // Two of one kind would write the same cache.
    boolean second = mode == Distribution.Mode.TRAINING && member.number() > 1;
    List<String> command =
        new ArrayList<>(
            distribution.command(program, second ? Distribution.Mode.PRODUCTION : mode));
    command.add("--config");
    command.add(file.toString());
    return part(member, command, readiness);
  }

  private Part edge(Shape.Member member) {
    EnvoyBootstrap bootstrap =
        new EnvoyBootstrap(
            member.name(),
            "127.0.0.1",
            OptionalInt.of(port(member, "wss")),
            OptionalInt.of(port(member, "ws")),
            port(member, "admin"),
            shape.addresses(Kind.CONTROL, "xds").stream().map(Blueprint::socketAddress).toList(),
            connections());
    Path file = write(member, bootstrap.render());
    return part(
        member,
        EnvoyProgram.command(binaries.envoy(), file, ENVOY_WORKERS),
        Probes.inSync(admin, member.name(), port(member, "ws")));
  }

  private static int connections() {
    long sockets = OpenFiles.sockets(OpenFiles.limit().orElse(0));
    return (int) Math.clamp(sockets, FEWEST_CONNECTIONS, MOST_CONNECTIONS);
  }

  private Part part(Shape.Member member, List<String> command, Readiness readiness) {
    return new Part(
        member.name(),
        member.kind(),
        member.number(),
        member.kind().ports(member.number(), shape.portBase()),
        command,
        Map.of(),
        readiness);
  }

  private Path write(Shape.Member member, String configuration) {
    Path file = state.conf().resolve(member.name() + ".yaml");
    StateFolder.write(file, configuration.getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private int port(Shape.Member member, String role) {
    return shape.port(member.kind(), role, member.number());
  }

  private static List<URI> adminUris(Shape shape) {
    return shape.addresses(Kind.CONTROL, "http").stream()
        .map(address -> URI.create("http://" + address))
        .toList();
  }

  private static InetSocketAddress socketAddress(String address) {
    URI uri = URI.create("tcp://" + address);
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }
}
