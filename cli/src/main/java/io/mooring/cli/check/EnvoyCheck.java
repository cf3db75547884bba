package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.ENVOYS;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Spans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The Envoys: connected, up to date, without a refusal. */
final class EnvoyCheck {
  private EnvoyCheck() {}

  /**
   * @param answer of {@code /admin/v1/envoys}
   */
  static List<Finding> findings(JsonNode answer, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    List<String> inSync = new ArrayList<>();
    long revision = answer.path("revision").asLong();
    for (JsonNode envoy : answer.path("envoys")) {
      String id = envoy.path("id").asText();
      List<Finding> refusals = refusals(envoy, state);
      findings.addAll(refusals);
      if (!envoy.path("connected").asBoolean()) {
        findings.add(missing(envoy, state));
      } else if (envoy.path("in_sync").asBoolean()) {
        inSync.add(id);
      } else if (refusals.isEmpty()) {
        findings.add(
            Finding.warning(
                ENVOYS,
                "%s is behind: it has acknowledged revision %d of %d"
                    .formatted(id, envoy.path("acked_revision").asLong(), revision),
                state.command("envoys")));
      }
    }
    if (!inSync.isEmpty()) {
      findings.addFirst(
          Finding.ok(
              ENVOYS, "in sync: %s (rev %d)".formatted(String.join(", ", inSync), revision)));
    } else if (findings.isEmpty()) {
      findings.add(
          Finding.failed(
              ENVOYS,
              "no Envoy has ever connected: nobody can connect",
              "see that their bootstrap names the xds address of the control planes"));
    }
    String refused = answer.path("certificate").path("refused").asText();
    if (!refused.isEmpty()) {
      findings.add(
          Finding.failed(
              ENVOYS,
              "the certificate in the control plane's files is not served: " + refused,
              "the one before is, for another %s; put a usable one in its place"
                  .formatted(
                      Spans.text(
                          Duration.ofMillis(
                              answer.path("certificate").path("expires_in_ms").asLong())))));
    }
    return findings;
  }

  private static Finding missing(JsonNode envoy, StateFolder state) {
    String id = envoy.path("id").asText();
    JsonNode seen = envoy.path("seen_ms_ago");
    return Finding.failed(
        ENVOYS,
        "%s is missing: %s not connected to any control plane"
            .formatted(
                id,
                seen.isNumber()
                    ? "seen %s ago,".formatted(Spans.text(Duration.ofMillis(seen.asLong())))
                    : "it is"),
        "%s, or see its log %s".formatted(state.command("dev start " + id), state.log(id)));
  }

  private static List<Finding> refusals(JsonNode envoy, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    for (JsonNode type : envoy.path("types")) {
      String what = "%s, %s".formatted(envoy.path("id").asText(), type.path("type").asText());
      if (!type.path("nack").asText().isEmpty()) {
        findings.add(
            Finding.failed(
                ENVOYS,
                "%s: the Envoy refused what it was sent: %s"
                    .formatted(what, type.path("nack").asText()),
                "it goes on with what it had; " + state.command("envoys")));
      }
      if (!type.path("held_back").asText().isEmpty()) {
        findings.add(
            Finding.warning(
                ENVOYS,
                "%s: held back: %s".formatted(what, type.path("held_back").asText()),
                state.command("envoys")));
      }
    }
    return findings;
  }
}
