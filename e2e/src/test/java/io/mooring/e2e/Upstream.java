package io.mooring.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Relays between one Envoy and every control plane, which can hold back all that they say. */
final class Upstream implements AutoCloseable {
  private final List<HeldRelay> relays = new ArrayList<>();

  private Upstream() {}

  /** Starts the Envoy anew, with the relays' addresses in its bootstrap. */
  static Upstream of(Tier tier, String envoy) throws IOException {
    Upstream upstream = new Upstream();
    Path bootstrap = tier.state().resolve("conf/" + envoy + ".yaml");
    String text = Files.readString(bootstrap);
    for (JsonNode control : tier.addresses().path("controlPlanes")) {
      int port = URI.create("grpc://" + control.path("xds").asText()).getPort();
      HeldRelay relay = new HeldRelay(port).start();
      upstream.relays.add(relay);
      String named = "port_value: " + port;
      if (!text.contains(named)) {
        throw new AssertionError("%s does not name %d".formatted(bootstrap, port));
      }
      text = text.replace(named, "port_value: " + relay.port());
    }
    Files.writeString(bootstrap, text);
    tier.kill(envoy);
    tier.start(envoy);
    return upstream;
  }

  /** The Envoy hears nothing from now on. */
  void hold() {
    relays.forEach(HeldRelay::hold);
  }

  void release() {
    relays.forEach(HeldRelay::release);
  }

  @Override
  public void close() {
    for (HeldRelay relay : relays) {
      relay.close();
    }
  }
}
