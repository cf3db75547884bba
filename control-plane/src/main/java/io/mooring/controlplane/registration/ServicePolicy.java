package io.mooring.controlplane.registration;

import io.mooring.process.Secret;
import java.util.List;

/**
 * Who may register as a server of one service, and where; a part of the control plane's
 * configuration.
 *
 * @param registrationToken what its servers send as {@code authorization: Bearer …}
 * @param networks blocks that its addresses must lie in, for example {@code 10.0.0.0/8}
 * @param ports the ports that its addresses may have, for example {@code 1024-65535}
 */
public record ServicePolicy(Secret registrationToken, List<String> networks, String ports) {
  private static final int SHORTEST_TOKEN = 16;

  public ServicePolicy {
    if (registrationToken.reveal().length() < SHORTEST_TOKEN) {
      throw new IllegalArgumentException(
          "registration-token has fewer than " + SHORTEST_TOKEN + " characters");
    }
    networks = List.copyOf(networks);
    networks.forEach(Network::parse);
    PortRange.parse(ports);
  }
}
