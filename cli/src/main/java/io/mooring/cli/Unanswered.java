package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Terminal;

/** The servers that a control plane asked for their connections in vain. */
final class Unanswered {
  private Unanswered() {}

  /**
   * Names each on the error output.
   *
   * @param answer of the admin API
   * @return whether there is one, so that what was shown is not all
   */
  static boolean tell(JsonNode answer, Terminal terminal) {
    for (JsonNode silent : answer.path("unanswered")) {
      terminal.warn(
          "%s did not answer: %s"
              .formatted(silent.path("server").asText(), silent.path("reason").asText()));
    }
    return !answer.path("unanswered").isEmpty();
  }
}
