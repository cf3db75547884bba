package io.mooring.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a control plane says of a drain.
 *
 * @param reason why it is in that phase; empty where that needs no reason
 * @param connections now
 * @param total connections when the first client was told
 * @param told how many were asked to reconnect elsewhere
 * @param gone how many have
 * @param stragglers told, and still there
 * @param eta until the last one is told; zero when unknown or over
 * @param envoys those that are awaited
 */
record DrainProgress(
    String server,
    DrainPhase phase,
    String reason,
    long connections,
    long total,
    long told,
    long gone,
    long stragglers,
    Duration eta,
    List<Ack> envoys) {

  /**
   * Whether an Envoy has stopped sending clients to the server.
   *
   * @param millis since the drain began; absent when nobody saw it
   */
  record Ack(String envoy, boolean acked, OptionalLong millis) {}

  static DrainProgress of(JsonNode json) {
    List<Ack> envoys = new ArrayList<>();
    for (JsonNode envoy : json.path("envoys")) {
      envoys.add(
          new Ack(
              envoy.path("id").asText(),
              envoy.path("acked").asBoolean(),
              envoy.path("ack_ms").isNumber()
                  ? OptionalLong.of(envoy.path("ack_ms").asLong())
                  : OptionalLong.empty()));
    }
    return new DrainProgress(
        json.path("server").asText(),
        DrainPhase.in(json),
        json.path("reason").asText(""),
        json.path("connections").asLong(),
        json.path("total").asLong(),
        json.path("told").asLong(),
        json.path("gone").asLong(),
        json.path("stragglers").asLong(),
        Duration.ofMillis(json.path("eta_ms").asLong()),
        envoys);
  }

  /** How much of the way is done, 0.0 to 1.0. */
  double done() {
    if (total > 0) {
      return (double) gone / total;
    }
    return phase.reached(DrainPhase.STRAGGLERS) ? 1 : 0;
  }
}
