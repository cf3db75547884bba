package io.mooring.controlplane.explain;

import io.mooring.controlplane.connections.Found;
import io.mooring.controlplane.connections.Row;
import io.mooring.registry.Server;
import java.util.List;
import java.util.Optional;

/**
 * Where connections would land now.
 *
 * @param kind url, conn or user
 * @param total how many connections there are
 * @param placements one for each of them, or for some
 * @param unanswered servers that may hold one, but did not say
 */
public record Explanation(
    String kind, long total, List<Placed> placements, List<Found.Unanswered> unanswered) {

  /**
   * One connection.
   *
   * @param conn its id; empty on a first connect, which gets one only then
   * @param service whose servers it may go to
   * @param pin the server that its URL names, if that is registered
   * @param pinInEndpoints whether the Envoys know the pin
   * @param live as a server holds it now
   * @param hosts where Envoy is told to send it, in this order
   * @param landsOn the first of them that the Envoys know
   * @param reason in words
   */
  public record Placed(
      Optional<String> conn,
      String service,
      Optional<Server> pin,
      boolean pinInEndpoints,
      Optional<Row> live,
      List<Host> hosts,
      Optional<String> landsOn,
      String reason) {}

  /**
   * One server to try.
   *
   * @param pin whether it stands here as the pin, not by its score
   * @param score between 0 and 1, the greatest comes first; empty on a first connect
   */
  public record Host(Server server, boolean pin, Optional<Double> score) {}
}
