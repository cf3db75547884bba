package io.mooring.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Network.Ipam;
import com.github.dockerjava.api.model.RestartPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** The services of a compose file as containers in its networks, and what may befall them. */
final class Containers implements AutoCloseable {
  /** Every process at once on a small machine. */
  private static final Duration START_LIMIT = Duration.ofMinutes(6);

  private final Compose compose;
  private final Map<String, Network> networks = new LinkedHashMap<>();
  private final Map<String, GenericContainer<?>> containers = new LinkedHashMap<>();

  /** Of each container, in each of its networks. */
  private final Map<String, Map<String, String>> addresses = new LinkedHashMap<>();

  private final DockerClient engine = DockerClientFactory.instance().client();

  Containers(Compose compose) {
    this.compose = compose;
    compose.segments().forEach(segment -> networks.put(segment.name(), network(segment)));
    compose.services().stream()
        .filter(service -> service.scale() == 1)
        .forEach(service -> containers.put(service.name(), container(service)));
  }

  private static Network network(Compose.Segment segment) {
    Ipam.Config config = new Ipam.Config().withSubnet(segment.subnet());
    segment.range().ifPresent(config::withIpRange);
    return Network.builder()
        .createNetworkCmdModifier(command -> command.withIpam(new Ipam().withConfig(config)))
        .build();
  }

  /** Starts all at once, in no order, and returns when every health check is content. */
  void start() {
    Startables.deepStart(containers.values()).join();
    containers.forEach((name, container) -> addresses.put(name, addresses(container)));
  }

  private GenericContainer<?> container(Service service) {
    List<Map.Entry<String, Optional<String>>> attachments =
        List.copyOf(service.attachments().entrySet());
    Consumer<String> otherNetworks =
        id ->
            attachments.stream()
                .skip(1)
                .forEach(
                    attachment ->
                        attach(id, service.name(), attachment.getKey(), attachment.getValue()));
    return new Attached(service.image(), otherNetworks)
        .withNetwork(network(attachments.getFirst().getKey()))
        .withNetworkAliases(service.name())
        .withEnv(service.environment())
        // The first JIT compiler alone: ten processes start at once.
        .withEnv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        .withExposedPorts(service.ports().toArray(Integer[]::new))
        .withCommand(service.list("command").toArray(String[]::new))
        .withStartupTimeout(START_LIMIT)
        .withCreateContainerCmdModifier(
            command -> {
              attachments.getFirst().getValue().ifPresent(command::withIpv4Address);
              describe(service, command);
            })
        .waitingFor(Wait.forHealthcheck().withStartupTimeout(START_LIMIT));
  }

  /** Is in all its networks before it starts: what it binds there would fail otherwise. */
  private static final class Attached extends GenericContainer<Attached> {
    private final Consumer<String> created;

    Attached(String image, Consumer<String> created) {
      super(DockerImageName.parse(image));
      this.created = created;
    }

    @Override
    protected void containerIsCreated(String id) {
      created.accept(id);
    }
  }

  private void describe(Service service, CreateContainerCmd command) {
    command.withHealthcheck(
        new HealthCheck()
            .withTest(service.healthTest())
            .withInterval(service.health("interval").toNanos())
            .withTimeout(service.health("timeout").toNanos())
            .withStartPeriod(service.health("start_period").toNanos())
            .withRetries(service.healthRetries()));
    HostConfig host = command.getHostConfig();
    if (host == null) {
      throw new IllegalStateException("no host configuration");
    }
    host.withMounts(mounts(service))
        .withReadonlyRootfs(service.readOnly())
        .withCapDrop(
            service.list("cap_drop").stream().map(Capability::valueOf).toArray(Capability[]::new))
        .withSecurityOpts(service.list("security_opt"))
        .withRestartPolicy(RestartPolicy.parse(service.spec().path("restart").asText()));
    if (!service.tmpfs().isEmpty()) {
      host.withTmpFs(service.tmpfs());
    }
    service.memoryBytes().ifPresent(host::withMemory);
    service.processes().ifPresent(host::withPidsLimit);
    host.withLogConfig(
        new LogConfig(LogConfig.LoggingType.fromValue(service.logDriver()), service.logOptions()));
  }

  private List<Mount> mounts(Service service) {
    List<Mount> mounts = new ArrayList<>();
    for (String volume : service.list("volumes")) {
      String[] parts = volume.split(":", -1);
      if (parts.length == 3 && parts[2].equals("ro")) {
        mounts.add(readOnly(compose.path(parts[0]), parts[1]));
      } else {
        mounts.add(new Mount().withType(MountType.VOLUME).withTarget(parts[1]));
      }
    }
    return mounts;
  }

  private static Mount readOnly(Path source, String target) {
    return new Mount()
        .withType(MountType.BIND)
        .withSource(source.toString())
        .withTarget(target)
        .withReadOnly(true);
  }

  Stream<String> names() {
    return containers.keySet().stream();
  }

  /** {@code host:port} on this machine of a published port. */
  String published(String name, int port) {
    GenericContainer<?> container = container(name);
    return container.getHost() + ":" + container.getMappedPort(port);
  }

  /** Every process of it stands still; its sockets stay open. */
  void pause(String name) {
    engine.pauseContainerCmd(id(name)).exec();
  }

  void resume(String name) {
    engine.unpauseContainerCmd(id(name)).exec();
  }

  /** SIGKILL; it is not started again by itself. */
  void kill(String name) {
    engine.killContainerCmd(id(name)).exec();
  }

  void start(String name) {
    engine.startContainerCmd(id(name)).exec();
  }

  /** SIGTERM, and SIGKILL only when the time is over; returns the exit code. */
  long stop(String name, Duration limit) {
    engine.stopContainerCmd(id(name)).withTimeout((int) limit.toSeconds()).exec();
    Long code = engine.inspectContainerCmd(id(name)).exec().getState().getExitCodeLong();
    return code == null ? -1 : code;
  }

  /** Pulls its network cables: nothing goes in or out, and nobody is told. */
  void cut(String name) {
    addressesOf(name)
        .keySet()
        .forEach(
            segment ->
                engine
                    .disconnectFromNetworkCmd()
                    .withNetworkId(network(segment).getId())
                    .withContainerId(id(name))
                    .withForce(true)
                    .exec());
  }

  /** Back in its networks, with the name and the addresses that it had. */
  void heal(String name) {
    addressesOf(name)
        .forEach((segment, address) -> attach(id(name), name, segment, Optional.of(address)));
  }

  private void attach(String id, String name, String segment, Optional<String> address) {
    ContainerNetwork attachment = new ContainerNetwork().withAliases(name);
    address.ifPresent(
        literal -> attachment.withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(literal)));
    engine
        .connectToNetworkCmd()
        .withNetworkId(network(segment).getId())
        .withContainerId(id)
        .withContainerNetwork(attachment)
        .exec();
  }

  /** Runs a command of the image inside the container, and says whether it ended with 0. */
  boolean succeeds(String name, String... command) throws IOException, InterruptedException {
    return container(name).execInContainer(command).getExitCode() == 0;
  }

  /** The addresses of a container by network. */
  Map<String, String> addressesOf(String name) {
    return addresses.getOrDefault(name, Map.of());
  }

  String log(String name) {
    return container(name).getLogs();
  }

  private String id(String name) {
    return container(name).getContainerId();
  }

  private GenericContainer<?> container(String name) {
    GenericContainer<?> container = containers.get(name);
    if (container == null) {
      throw new IllegalArgumentException(
          "no service %s, there are %s".formatted(name, containers.keySet()));
    }
    return container;
  }

  private Network network(String segment) {
    Network network = networks.get(segment);
    if (network == null) {
      throw new IllegalArgumentException(
          "no network %s, there are %s".formatted(segment, networks.keySet()));
    }
    return network;
  }

  private Map<String, String> addresses(GenericContainer<?> container) {
    Map<String, ContainerNetwork> attachments =
        container.getContainerInfo().getNetworkSettings().getNetworks();
    Map<String, String> found = new LinkedHashMap<>();
    networks.forEach(
        (segment, network) ->
            attachments.values().stream()
                .filter(attachment -> network.getId().equals(attachment.getNetworkID()))
                .forEach(
                    attachment -> found.put(segment, String.valueOf(attachment.getIpAddress()))));
    return found;
  }

  @Override
  public void close() {
    containers.values().forEach(GenericContainer::stop);
    networks.values().forEach(Network::close);
  }
}
