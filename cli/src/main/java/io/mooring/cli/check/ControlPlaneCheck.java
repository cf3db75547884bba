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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The control planes: which answer, who leads, and whether removals are frozen. */
final class ControlPlaneCheck {
  private static final Pattern FROZEN =
      Pattern.compile("(?m)^mooring_removals_frozen(\\{[^}]*})? 1(\\.0)?$");

  private final Map<URI, String> controlPlanes;
  private final Set<String> ended;
  private final StateFolder state;
  private final List<JsonNode> leaders = new ArrayList<>();

  /**
   * @param controlPlanes the id of each
   * @param ended those of which it is known that they do not run
   */
  ControlPlaneCheck(Map<URI, String> controlPlanes, Set<String> ended, StateFolder state) {
    this.controlPlanes = controlPlanes;
    this.ended = ended;
    this.state = state;
  }

  /** Whether one answered. */
  boolean answers() {
    return !leaders.isEmpty();
  }

  /**
   * Asks each of them.
   *
   * @param leaderExpected false while there is no Redis, by which one of them would lead
   */
  List<Finding> findings(boolean leaderExpected) {
    List<Finding> findings = new ArrayList<>();
    controlPlanes.forEach(
        (address, id) -> {
          try {
            leaders.add(new AdminApi(List.of(address), Optional.empty()).leader());
            removals(address, id).ifPresent(findings::add);
          } catch (AdminException | IOException silent) {
            if (!ended.contains(id)) {
              findings.add(
                  Finding.warning(
                      CONTROL,
                      "%s: %s; the others go on without it".formatted(id, silent.getMessage()),
                      "%s, then %s"
                          .formatted(
                              state.command("dev kill " + id), state.command("dev start " + id))));
            }
          }
        });
    if (leaders.isEmpty()) {
      return List.of(
          Finding.failed(
              CONTROL,
              "no control plane answers: sockets live on, but nothing is registered, drained or"
                  + " removed",
              state.command("dev start " + controlPlanes.values().iterator().next())));
    }
    if (leaderExpected) {
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

  private static Optional<Finding> removals(URI controlPlane, String id) throws IOException {
    String metrics = Http.get(controlPlane.resolve("/metrics"), Optional.empty()).body();
    return FROZEN.matcher(metrics).find()
        ? Optional.of(
            Finding.warning(
                CONTROL,
                id
                    + " has frozen all removals: too many leases ended at once, so it may be cut off"
                    + " itself",
                "the servers are dead? in Redis, HSET {mooring}:meta freeze lifted has them removed;"
                    + " else it ends by itself when they are heard of again"))
        : Optional.empty();
  }
}
