package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.SERVERS;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.state.StateFolder;

/** A drain that is under way: on time, refused in part, or past its deadline. */
final class DrainCheck {
  private DrainCheck() {}

  /**
   * @param progress the answer of {@code /admin/v1/servers/ID/drain}
   */
  static Finding finding(JsonNode progress, StateFolder state) {
    String server = progress.path("server").asText();
    String what =
        "%s is DRAINING, %s: %d of %d have gone"
            .formatted(
                server,
                progress.path("phase").asText(),
                progress.path("gone").asLong(),
                progress.path("total").asLong());
    String reason = progress.path("reason").asText("");
    return reason.isEmpty()
        ? Finding.ok(SERVERS, what)
        : Finding.warning(
            SERVERS,
            what + "; " + reason,
            "%s, or %s"
                .formatted(
                    state.command("drain --cancel " + server),
                    state.command("dev kill " + server)));
  }
}
