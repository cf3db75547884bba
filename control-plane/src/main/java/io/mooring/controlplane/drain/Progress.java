package io.mooring.controlplane.drain;

import io.mooring.registry.DrainSpec;
import io.mooring.registry.v1.Load;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How far one drain is, as this replica sees it.
 *
 * @param serverId whose clients are moved
 * @param drainId "" before the leader has taken it up
 * @param reason what an operator should know besides the phase; "" for nothing
 * @param spec the one in force, or asked for; empty when it cannot be read
 * @param load what the server said of itself last; its departures are those of this drain
 * @param envoys those that are connected to any replica
 * @param eta until the last client is told, by the rate in force; zero when that is over
 */
public record Progress(
    String serverId,
    String drainId,
    Phase phase,
    String reason,
    Optional<DrainSpec> spec,
    Load load,
    List<Ack> envoys,
    Duration eta) {
  /**
   * Whether an Envoy has taken in the endpoints without the leaving server.
   *
   * @param after since this replica knew that the server leaves; empty when it was not seen
   */
  public record Ack(String envoyId, boolean acked, Optional<Duration> after) {}

  public Progress {
    envoys = List.copyOf(envoys);
  }
}
