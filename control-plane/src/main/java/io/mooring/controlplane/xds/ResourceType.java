package io.mooring.controlplane.xds;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of resource that are sent, in the order in which a change of several is sent. */
public enum ResourceType {
  CDS("envoy.config.cluster.v3.Cluster"),
  EDS("envoy.config.endpoint.v3.ClusterLoadAssignment"),
  LDS("envoy.config.listener.v3.Listener"),
  RDS("envoy.config.route.v3.RouteConfiguration"),
  SDS("envoy.extensions.transport_sockets.tls.v3.Secret");

  private final String typeUrl;

  ResourceType(String message) {
    this.typeUrl = Packed.TYPE_URL_PREFIX + message;
  }

  String typeUrl() {
    return typeUrl;
  }

  static Optional<ResourceType> of(String typeUrl) {
    return Arrays.stream(values()).filter(type -> type.typeUrl.equals(typeUrl)).findFirst();
  }
}
