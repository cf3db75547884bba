package io.mooring.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What one Envoy needs to know before it has spoken to a control plane.
 *
 * @param id {@code [A-Za-z0-9_-]{1,64}}, unique among the Envoys
 * @param address the literal IP that its listeners bind
 * @param wssPort the TLS port; absent: none; 0: any free one
 * @param wsPort the port without TLS; absent: none; 0: any free one
 * @param adminPort on loopback, always; 0: any free one
 * @param controlPlanes where xDS is served, at least one
 * @param maxConnections sockets that it accepts at most; each takes two file descriptors
 */
public record EnvoyBootstrap(
    String id,
    String address,
    OptionalInt wssPort,
    OptionalInt wsPort,
    int adminPort,
    List<InetSocketAddress> controlPlanes,
    int maxConnections) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern IP = Pattern.compile("[0-9a-fA-F:.]+");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");
  private static final Pattern NO_PORT = Pattern.compile("(?m)^.*\\$\\{none}\\n");

  public EnvoyBootstrap {
    controlPlanes = List.copyOf(controlPlanes);
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "Envoy id \"" + id + "\" is not 1 to 64 of letters, digits, \"_\" and \"-\"");
    }
    if (!IP.matcher(address).matches()) {
      throw new IllegalArgumentException(
          "Envoy address \"" + address + "\" is not a literal IP address");
    }
    if (controlPlanes.isEmpty()) {
      throw new IllegalArgumentException("Envoy " + id + " has no control plane to ask");
    }
  }

  /** The bootstrap file's text: {@code envoy/bootstrap.yaml} with its variables filled in. */
  public String render() {
    Map<String, String> values =
        Map.of(
            "id", id,
            "address", address,
            "wss_port", port(wssPort),
            "ws_port", port(wsPort),
            "admin_port", Integer.toString(adminPort),
            "control_planes", endpoints(),
            "max_connections", Integer.toString(maxConnections));
    String filled =
        VARIABLE
            .matcher(template())
            .replaceAll(
                variable ->
                    Matcher.quoteReplacement(
                        values.getOrDefault(variable.group(1), variable.group())));
    return NO_PORT.matcher(filled).replaceAll("");
  }

  private static String port(OptionalInt port) {
    return port.isPresent() ? Integer.toString(port.getAsInt()) : "${none}";
  }

  private String endpoints() {
    return controlPlanes.stream()
        .map(
            plane ->
                ("        - endpoint: {address: {socket_address: {address: \"%s\","
                        + " port_value: %d}}}")
                    .formatted(plane.getAddress().getHostAddress(), plane.getPort()))
        .collect(Collectors.joining("\n"));
  }

  private static String template() {
    try (InputStream file = EnvoyBootstrap.class.getResourceAsStream("envoy/bootstrap.yaml")) {
      if (file == null) {
        throw new IllegalStateException("the class path lacks envoy/bootstrap.yaml");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
