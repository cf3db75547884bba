package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.CONTROL;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.admin.Http;
import io.mooring.cli.state.StateFolder;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The control planes: which answer, who leads, and whether removals are frozen. */
final class ControlPlaneCheck {
  private static final Pattern FROZEN =
      Pattern.compile("(?m)^mooring_removals_frozen(\\{[^}]*})? 1(\\.0)?$");

  private ControlPlaneCheck() {}

  /** Asks each of them. */
  static List<Finding> findings(List<URI> controlPlanes, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    List<JsonNode> leaders = new ArrayList<>();
    for (URI controlPlane : controlPlanes) {
      try {
        leaders.add(new AdminApi(List.of(controlPlane), Optional.empty()).leader());
        removals(controlPlane).ifPresent(findings::add);
      } catch (AdminException | IOException silent) {
        findings.add(
            Finding.warning(
                CONTROL,
                "%s: %s".formatted(controlPlane, silent.getMessage()),
                "the others go on without it; " + state.command("dev start control-N")));
      }
    }
    if (!leaders.isEmpty()) {
      findings.addFirst(leader(leaders));
    }
    return findings;
  }

  /** What the control planes say of who leads, taken together. */
  static Finding leader(List<JsonNode> answers) {
    Set<String> holders = new TreeSet<>();
    Set<String> leading = new TreeSet<>();
    long fence = 0;
    for (JsonNode answer : answers) {
      if (!answer.path("holder").asText("").isEmpty()) {
        holders.add(answer.path("holder").asText());
      }
      if (answer.path("leads").asBoolean()) {
        leading.add(answer.path("this").asText());
      }
      fence = Math.max(fence, answer.path("fence").asLong());
    }
    String changing =
        "wait for 5 s and look again; if it goes on, their logs say event=leader_lost";
    if (leading.size() > 1) {
      return Finding.failed(
          CONTROL, "more than one leads: " + String.join(", ", leading), changing);
    }
    if (holders.size() > 1) {
      return Finding.warning(
          CONTROL,
          "the leader is changing: %s (fence %d)".formatted(String.join(", ", holders), fence),
          changing);
    }
    if (leading.isEmpty()) {
      return Finding.failed(
          CONTROL,
          holders.isEmpty()
              ? "no control plane leads: nothing is removed, warmed or drained"
              : "%s leads no more, and nobody else does yet (fence %d)"
                  .formatted(holders.iterator().next(), fence),
          "a control plane that reaches Redis leads within 5 s; look into their logs");
    }
    return Finding.ok(CONTROL, "%s leads (fence %d)".formatted(leading.iterator().next(), fence));
  }

  private static Optional<Finding> removals(URI controlPlane) throws IOException {
    String metrics = Http.get(controlPlane.resolve("/metrics"), Optional.empty()).body();
    return FROZEN.matcher(metrics).find()
        ? Optional.of(
            Finding.warning(
                CONTROL,
                controlPlane + ": removals are frozen, since too many leases ended at once",
                "see whether the network between it and the servers is cut"))
        : Optional.empty();
  }
}
