package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cables between one process and those it listens to, which can hold back all that they say. */
final class Upstream implements AutoCloseable {
  private final List<Cable> cables = new ArrayList<>();

  private Upstream() {}

  /** Between an Envoy and every control plane. */
  static Upstream ofEnvoy(Tier tier, String envoy) throws IOException {
    List<Integer> ports = new ArrayList<>();
    for (JsonNode control : tier.addresses().path("controlPlanes")) {
      ports.add(URI.create("grpc://" + control.path("xds").asText()).getPort());
    }
    return between(tier, envoy, "port_value: ", ports);
  }

  /** Between an auth-filter and Redis. */
  static Upstream ofAuthFilter(Tier tier, String filter) throws IOException {
    URI redis = URI.create(tier.addresses().path("redis").asText());
    return between(tier, filter, redis.getHost() + ":", List.of(redis.getPort()));
  }

  /** Starts the process anew, with the cables' ports in its configuration. */
  private static Upstream between(Tier tier, String process, String before, List<Integer> ports)
      throws IOException {
    Upstream upstream = new Upstream();
    Path configuration = tier.state().resolve("conf/" + process + ".yaml");
    String text = Files.readString(configuration);
    for (int port : ports) {
      Cable cable = new Cable(port).start();
      upstream.cables.add(cable);
      String named = before + port;
      if (!text.contains(named)) {
        throw new AssertionError("%s does not name %d".formatted(configuration, port));
      }
      text = text.replace(named, before + cable.port());
    }
    Files.writeString(configuration, text);
    tier.kill(process);
    tier.start(process);
    return upstream;
  }

  /** The process hears nothing from now on. */
  void hold() {
    cables.forEach(Cable::hold);
  }

  void release() {
    cables.forEach(Cable::release);
  }

  @Override
  public void close() {
    for (Cable cable : cables) {
      cable.close();
    }
  }
}
