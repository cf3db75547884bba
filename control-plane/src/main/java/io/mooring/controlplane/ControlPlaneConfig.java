package io.mooring.controlplane;

import io.mooring.controlplane.registration.LeaseTerms;
import io.mooring.controlplane.registration.ServicePolicy;
import io.mooring.controlplane.xds.EdgeConfig;
import io.mooring.process.ConfigurationOf;
import io.mooring.process.HostPort;
import io.mooring.registry.Grammar;
import io.mooring.registry.ServiceNames;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a control plane; {@code deploy/config/control-plane.yaml} describes each
 * key.
 *
 * @param keys the master key file, by which the servers answer; empty: they are not asked
 * @param services who may register, by the name of the service
 * @param hosts the services of first connects by the host that they come by, as the auth-filters
 *     have it; only explanations need it
 */
@ConfigurationOf("control-plane")
record ControlPlaneConfig(
    String name,
    RegistryRedis redis,
    Listener http,
    Listener registry,
    Listener xds,
    LeaseTerms lease,
    Admin admin,
    Token token,
    Path keys,
    Map<String, ServicePolicy> services,
    Map<String, String> hosts,
    EdgeConfig edge) {

  ControlPlaneConfig {
    services = Map.copyOf(services);
    for (String service : services.keySet()) {
      if (!Grammar.SERVICE.matches(service)) {
        throw new IllegalArgumentException(
            "services." + service + ": a service's name matches " + Grammar.SERVICE.expression());
      }
    }
    ServiceNames.of(edge.defaultService(), hosts);
  }

  /** The master key file, if there is to be one. */
  Optional<Path> masterKeys() {
    return keys.toString().isEmpty() ? Optional.empty() : Optional.of(keys);
  }

  record RegistryRedis(URI url) {}

  record Listener(HostPort address) {}

  record Admin(boolean open) {}

  record Token(String issuer, String audience, Path jwks) {
    boolean given() {
      return !jwks.toString().isEmpty();
    }
  }
}
