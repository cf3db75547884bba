package io.mooring.server.drain;

import io.mooring.registry.v1.Departures;

/**
 * How far a drain is.
 *
 * @param drainId that of the order; empty while the server drains by itself
 * @param total connections when it began; the other figures are of these
 * @param told asked to reconnect
 * @param gone ended, whoever closed them
 * @param stragglers closed by the server because they had not gone in time
 */
public record Progress(String drainId, int total, int told, int gone, int stragglers) {
  static final Progress NONE = new Progress("", 0, 0, 0, 0);

  /** The same in the words of the registry. */
  public Departures departures() {
    return Departures.newBuilder()
        .setDrainId(drainId)
        .setTotal(total)
        .setTold(told)
        .setGone(gone)
        .setStragglers(stragglers)
        .build();
  }
}
