package io.mooring.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Network.Ipam;
import com.github.dockerjava.api.model.RestartPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * The services of a compose file as containers in a network of their own, and what may befall them.
 */
final class Containers implements AutoCloseable {
  /** Every process at once on a small machine. */
  private static final Duration START_LIMIT = Duration.ofMinutes(6);

  private final Compose compose;
  private final Network network;
  private final Map<String, GenericContainer<?>> containers = new LinkedHashMap<>();
  private final Map<String, String> addresses = new LinkedHashMap<>();
  private final DockerClient engine = DockerClientFactory.instance().client();

  Containers(Compose compose) {
    this.compose = compose;
    this.network =
        Network.builder()
            .createNetworkCmdModifier(
                command ->
                    command.withIpam(
                        new Ipam()
                            .withConfig(
                                new Ipam.Config()
                                    .withSubnet(compose.subnet())
                                    .withIpRange(compose.range()))))
            .build();
    compose.services().forEach(service -> containers.put(service.name(), container(service)));
  }

  /** Starts all at once, in no order, and returns when every health check is content. */
  void start() {
    Startables.deepStart(containers.values()).join();
    containers.forEach((name, container) -> addresses.put(name, address(container)));
  }

  private GenericContainer<?> container(Service service) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(service.image()))
            .withNetwork(network)
            .withNetworkAliases(service.name())
            .withEnv(service.environment())
            // The first JIT compiler alone: ten processes start at once.
            .withEnv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
            .withExposedPorts(service.ports().toArray(Integer[]::new))
            .withCommand(service.list("command").toArray(String[]::new))
            .withStartupTimeout(START_LIMIT)
            .withCreateContainerCmdModifier(command -> describe(service, command));
    return container.waitingFor(
        service.isChecked()
            ? Wait.forHealthcheck().withStartupTimeout(START_LIMIT)
            : Wait.forLogMessage(".*Ready to accept connections.*", 1)
                .withStartupTimeout(START_LIMIT));
  }

  private void describe(Service service, CreateContainerCmd command) {
    service.address().ifPresent(command::withIpv4Address);
    if (service.isChecked()) {
      command.withHealthcheck(
          new HealthCheck()
              .withTest(service.healthTest())
              .withInterval(service.health("interval").toNanos())
              .withTimeout(service.health("timeout").toNanos())
              .withStartPeriod(service.health("start_period").toNanos())
              .withRetries(service.healthRetries()));
    }
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
  }

  private List<Mount> mounts(Service service) {
    List<Mount> mounts = new ArrayList<>();
    for (String secret : service.list("secrets")) {
      mounts.add(readOnly(compose.secret(secret), "/run/secrets/" + secret));
    }
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

  /** Pulls its network cable: nothing goes in or out, and nobody is told. */
  void cut(String name) {
    engine
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(id(name))
        .withForce(true)
        .exec();
  }

  /** Back in the network, with the name and the address that it had. */
  void heal(String name) {
    engine
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(id(name))
        .withContainerNetwork(
            new ContainerNetwork()
                .withAliases(name)
                .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(addresses.get(name))))
        .exec();
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

  private static String address(GenericContainer<?> container) {
    return container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
        .map(attachment -> String.valueOf(attachment.getIpAddress()))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    containers.values().forEach(GenericContainer::stop);
    network.close();
  }
}
