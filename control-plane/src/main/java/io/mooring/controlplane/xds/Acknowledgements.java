package io.mooring.controlplane.xds;

import io.mooring.controlplane.acknowledgement.EnvoyReport;

/** Where all replicas see which Envoy is served by whom, and what it has acknowledged. */
@FunctionalInterface
public interface Acknowledgements {
  /**
   * Keeps the newest word about an Envoy; may block.
   *
   * @throws RuntimeException if it cannot be kept now; it is tried again
   */
  void report(String envoyId, EnvoyReport report);
}
