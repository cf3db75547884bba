package io.mooring.controlplane.xds;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.mooring.process.HostPort;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.util.List;

/** Which servers stand behind the clusters, in the order of their ids. */
final class Endpoints {
  private Endpoints() {}

  static List<ClusterLoadAssignment> all(RegistryView view, String defaultService) {
    return List.of(ws(view, defaultService), api(view, defaultService));
  }

  /**
   * Servers of other services stand at priority 1, and as unhealthy: a pin reaches them there,
   * placement by hash never does, not even when priority 0 is empty. A DRAINING server is not here
   * any more; its sockets live on.
   */
  private static ClusterLoadAssignment ws(RegistryView view, String defaultService) {
    LocalityLbEndpoints.Builder own = LocalityLbEndpoints.newBuilder();
    LocalityLbEndpoints.Builder foreign = LocalityLbEndpoints.newBuilder().setPriority(1);
    for (Server server : view.servers()) {
      if (server.state().inEndpoints()) {
        LbEndpoint.Builder endpoint =
            endpoint(server.id(), server.address().ip(), server.address().port())
                .setLoadBalancingWeight(UInt32Value.of(server.weight()));
        if (server.service().equals(defaultService)) {
          own.addLbEndpoints(endpoint);
        } else {
          foreign.addLbEndpoints(endpoint.setHealthStatus(HealthStatus.UNHEALTHY));
        }
      }
    }
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder().setClusterName(Clusters.WS).addEndpoints(own);
    if (foreign.getLbEndpointsCount() > 0) {
      assignment.addEndpoints(foreign);
    }
    return assignment.build();
  }

  private static ClusterLoadAssignment api(RegistryView view, String defaultService) {
    LocalityLbEndpoints.Builder own = LocalityLbEndpoints.newBuilder();
    for (Server server : view.servers()) {
      if (server.state().inEndpoints() && server.service().equals(defaultService)) {
        server
            .apiAddress()
            .ifPresent(api -> own.addLbEndpoints(endpoint(server.id(), api.ip(), api.port())));
      }
    }
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(Clusters.API)
        .addEndpoints(own)
        .build();
  }

  /** Endpoints that the configuration names. */
  static ClusterLoadAssignment fixed(String cluster, List<HostPort> places) {
    LocalityLbEndpoints.Builder all = LocalityLbEndpoints.newBuilder();
    for (HostPort place : places) {
      all.addLbEndpoints(endpoint(place.toString(), place.host(), place.port()));
    }
    return ClusterLoadAssignment.newBuilder().setClusterName(cluster).addEndpoints(all).build();
  }

  /**
   * @param name shown beside the address in Envoy's {@code /clusters}
   */
  private static LbEndpoint.Builder endpoint(String name, String host, int port) {
    return LbEndpoint.newBuilder()
        .setEndpoint(Endpoint.newBuilder().setAddress(address(host, port)).setHostname(name));
  }

  static Address address(String host, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
        .build();
  }

  static boolean isLiteral(String host) {
    try {
      return new io.mooring.registry.Address(host, 1).port() == 1;
    } catch (IllegalArgumentException name) {
      return false;
    }
  }
}
