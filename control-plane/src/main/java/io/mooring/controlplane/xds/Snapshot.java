package io.mooring.controlplane.xds;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.mooring.registry.RegistryView;
import java.util.List;
import java.util.Optional;

/**
 * What all Envoys share, at one revision of the registry; their listeners are each Envoy's own.
 *
 * @param revision the registry's revision that the endpoints show
 * @param endpoints empty until the registry was read for the first time: to know no server is not
 *     to know that there is none
 * @param allRegistered whether every server that lives has had the time to register, so that one
 *     that is not in the endpoints is gone
 */
record Snapshot(
    long revision,
    Resources clusters,
    Optional<Resources> endpoints,
    Resources routes,
    Resources secrets,
    boolean allRegistered) {

  /** Before anything of the registry is known. */
  static Snapshot of(EdgeConfig config, Optional<Certificates.Material> certificate) {
    return new Snapshot(
        0,
        Resources.of(Clusters.all(config), Cluster::getName),
        Optional.empty(),
        Resources.of(List.of(Routes.all(config)), RouteConfiguration::getName),
        Resources.of(certificate.map(Secrets::all).orElse(List.of()), Secret::getName),
        false);
  }

  Snapshot withServers(RegistryView view, String defaultService) {
    return new Snapshot(
        view.revision(),
        clusters,
        Optional.of(
            Resources.of(
                Endpoints.all(view, defaultService), ClusterLoadAssignment::getClusterName)),
        routes,
        secrets,
        allRegistered);
  }

  Snapshot withAllRegistered() {
    return new Snapshot(revision, clusters, endpoints, routes, secrets, true);
  }

  Snapshot withSecrets(Certificates.Material certificate) {
    return new Snapshot(
        revision,
        clusters,
        endpoints,
        routes,
        Resources.of(Secrets.all(certificate), Secret::getName),
        allRegistered);
  }
}
