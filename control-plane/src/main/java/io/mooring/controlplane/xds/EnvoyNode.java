package io.mooring.controlplane.xds;

import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.mooring.registry.Grammar;
import java.util.OptionalInt;

/**
 * An Envoy, as its bootstrap describes it.
 *
 * @param id the node's id
 * @param address the literal IP that its listeners bind
 * @param wssPort the TLS port, if it wants one
 * @param wsPort the port without TLS, if it wants one
 */
record EnvoyNode(String id, String address, OptionalInt wssPort, OptionalInt wsPort) {
  /**
   * Reads node id and metadata.
   *
   * @throws IllegalArgumentException saying what of the node is missing or wrong
   */
  static EnvoyNode of(Node node) {
    if (!Grammar.ID.matches(node.getId())) {
      throw new IllegalArgumentException(
          "node.id \"" + node.getId() + "\" is not 1 to 64 of letters, digits, \"_\" and \"-\"");
    }
    String address =
        node.getMetadata()
            .getFieldsOrDefault("address", Value.getDefaultInstance())
            .getStringValue();
    if (!Endpoints.isLiteral(address)) {
      throw new IllegalArgumentException(
          "node.metadata.address \"" + address + "\" is not a literal IP address");
    }
    return new EnvoyNode(node.getId(), address, port(node, "wss_port"), port(node, "ws_port"));
  }

  private static OptionalInt port(Node node, String name) {
    Value value = node.getMetadata().getFieldsMap().get(name);
    if (value == null) {
      return OptionalInt.empty();
    }
    int port = (int) value.getNumberValue();
    if (port != value.getNumberValue() || port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "node.metadata." + name + " is not a port number from 0 to 65535");
    }
    return OptionalInt.of(port);
  }
}
