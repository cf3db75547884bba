package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.TIER;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.state.StateFolder;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tier that is up: its processes, and what its control planes say. */
final class TierCheck {
  private TierCheck() {}

  /**
   * @param status what the supervisor says
   */
  static List<Finding> findings(JsonNode status, StateFolder state) {
    List<Finding> findings = new ArrayList<>(processes(status, state));
    List<URI> controlPlanes = new ArrayList<>();
    for (JsonNode controlPlane : status.path("controlPlanes")) {
      controlPlanes.add(URI.create(controlPlane.path("http").asText()));
    }
    try {
      AdminApi admin = new AdminApi(controlPlanes, Optional.empty());
      findings.addAll(ControlPlaneCheck.findings(controlPlanes, state));
      JsonNode servers = admin.serversAsJson();
      findings.addAll(ServerCheck.findings(servers, state));
      for (JsonNode server : servers.path("servers")) {
        if (server.path("state").asText().equals("DRAINING")) {
          findings.add(DrainCheck.finding(admin.drain(server.path("id").asText()), state));
        }
      }
      findings.addAll(EnvoyCheck.findings(admin.envoysAsJson(), state));
    } catch (AdminException silent) {
      findings.add(
          Finding.failed(
              TIER, String.valueOf(silent.getMessage()), state.command("dev start control-1")));
    }
    return findings;
  }

  private static List<Finding> processes(JsonNode status, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    int running = 0;
    for (JsonNode process : status.path("processes")) {
      String name = process.path("name").asText();
      String found = process.path("state").asText();
      String ended = process.path("ended").asText(found);
      if (found.equals("running")) {
        running++;
      } else if (ended.equals("drained")) {
        findings.add(
            Finding.warning(
                TIER, name + " has drained and left", state.command("dev start " + name)));
      } else {
        String verb = found.equals("frozen") ? "resume" : "start";
        findings.add(
            Finding.failed(
                TIER,
                "%s is %s".formatted(name, ended),
                state.command("dev %s %s".formatted(verb, name))));
      }
    }
    findings.addFirst(Finding.ok(TIER, running + " processes are running"));
    return findings;
  }
}
