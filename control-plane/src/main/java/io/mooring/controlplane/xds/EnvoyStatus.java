package io.mooring.controlplane.xds;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one Envoy was sent and what it answered. An ACK means that it took the configuration in, not
 * that each of its workers already follows it.
 *
 * @param id the node's id
 * @param connected whether its stream is open
 * @param inSync connected, and everything that it was to get is ACKed
 * @param ackedRevision the registry's revision whose endpoints it ACKed last; 0: none yet
 * @param types one row per type that it asked for, in the order of {@link ResourceType}
 */
public record EnvoyStatus(
    String id, boolean connected, boolean inSync, long ackedRevision, List<TypeStatus> types) {

  /**
   * @param sent version of the last response; empty: none
   * @param acked version that it ACKed last; empty: none
   * @param ackedAt when that was, by this machine's clock
   * @param nack its complaint about the last response; empty: none
   * @param heldBack why something is not sent to it; empty: nothing is held back
   */
  public record TypeStatus(
      ResourceType type,
      String sent,
      String acked,
      Optional<Instant> ackedAt,
      String nack,
      String heldBack) {}

  public EnvoyStatus {
    types = List.copyOf(types);
  }

  EnvoyStatus gone() {
    return new EnvoyStatus(id, false, false, ackedRevision, types);
  }
}
