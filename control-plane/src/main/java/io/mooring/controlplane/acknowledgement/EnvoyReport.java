package io.mooring.controlplane.acknowledgement;

import io.mooring.registry.Words;
import java.util.Map;
import java.util.Optional;

/**
 * What a replica writes of an Envoy that it serves, for the other replicas.
 *
 * @param replica the replica's name
 * @param beat grows with each report of this replica, and means nothing else: a text that does not
 *     change any more is of the past
 * @param revision the revision of the registry whose endpoints the Envoy ACKed last; 0: none
 * @param connected whether its stream is open
 */
public record EnvoyReport(String replica, long beat, long revision, boolean connected) {
  /** Reads a report as {@link #toString} writes it; empty if it is none. */
  public static Optional<EnvoyReport> parse(String text) {
    Map<String, String> words = Words.of(text);
    try {
      return Optional.of(
          new EnvoyReport(
              words.getOrDefault("replica", ""),
              Long.parseLong(words.getOrDefault("beat", "0")),
              Long.parseLong(words.getOrDefault("revision", "0")),
              "1".equals(words.get("connected"))));
    } catch (NumberFormatException notAReport) {
      return Optional.empty();
    }
  }

  /** For example {@code replica=control-1 beat=17 revision=42 connected=1}. */
  @Override
  public String toString() {
    return "replica=%s beat=%d revision=%d connected=%d"
        .formatted(replica, beat, revision, connected ? 1 : 0);
  }
}
