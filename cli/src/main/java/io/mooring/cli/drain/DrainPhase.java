package io.mooring.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** How far a drain is; the words are those of the admin API. */
public enum DrainPhase {
  /** The leader has not taken it up. */
  REQUESTED,
  /** The server refuses new clients; the Envoys are about to stop sending any. */
  REFUSING,
  /** Clients are told to reconnect, at the rate of the drain. */
  MOVING,
  /** All were told; some are still there. */
  STRAGGLERS,
  /** The server has left. */
  DRAINED,
  /** The server takes new clients again. */
  CANCELLED,
  /** The server died, or another instance took its name. */
  LOST,
  /** What was asked for is not understood. */
  REJECTED;

  static DrainPhase of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** In the control plane's answer. */
  public static DrainPhase in(JsonNode progress) {
    return of(progress.path("phase").asText());
  }

  /** Whether it stays so. */
  public boolean over() {
    return switch (this) {
      case REQUESTED, REFUSING, MOVING, STRAGGLERS -> false;
      case DRAINED, CANCELLED, LOST, REJECTED -> true;
    };
  }

  /** Whether the server's way out has come this far, or further; of a way that broke off, no. */
  boolean reached(DrainPhase other) {
    return !brokenOff() && ordinal() >= other.ordinal();
  }

  /** Whether it is over, and the server was not drained. */
  boolean brokenOff() {
    return over() && this != DRAINED;
  }
}
