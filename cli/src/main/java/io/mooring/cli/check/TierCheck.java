package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.TIER;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.tier.Kind;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tier that is up: its processes, and what its control planes say. */
final class TierCheck {
  private TierCheck() {}

  /**
   * @param status what the supervisor says
   * @param leasesKnown Redis answers; without it nobody leads, and no lease can be judged
   */
  static List<Finding> findings(JsonNode status, boolean leasesKnown, StateFolder state) {
    List<Finding> findings = new ArrayList<>(processes(status, leasesKnown, state));
    Map<URI, String> controlPlanes = new LinkedHashMap<>();
    for (JsonNode controlPlane : status.path("controlPlanes")) {
      controlPlanes.put(
          URI.create(controlPlane.path("http").asText()), controlPlane.path("id").asText());
    }
    ControlPlaneCheck control = new ControlPlaneCheck(controlPlanes, ended(status), state);
    findings.addAll(control.findings(leasesKnown));
    if (!control.answers()) {
      return findings;
    }
    try {
      AdminApi admin = new AdminApi(List.copyOf(controlPlanes.keySet()), Optional.empty());
      findings.addAll(
          leasesKnown ? servers(admin, state) : List.of(ServerCheck.unknown(admin.servers())));
      findings.addAll(EnvoyCheck.findings(admin.envoysAsJson(), state));
    } catch (AdminException silent) {
      findings.add(
          Finding.failed(TIER, String.valueOf(silent.getMessage()), "run this again in a moment"));
    }
    return findings;
  }

  /** Those that do not run, of which {@link #processes} speaks. */
  private static Set<String> ended(JsonNode status) {
    Set<String> ended = new HashSet<>();
    for (JsonNode process : status.path("processes")) {
      if (!process.path("state").asText().equals("running")) {
        ended.add(process.path("name").asText());
      }
    }
    return ended;
  }

  private static List<Finding> servers(AdminApi admin, StateFolder state) {
    JsonNode servers = admin.serversAsJson();
    List<Finding> findings = new ArrayList<>(ServerCheck.findings(servers, state));
    for (JsonNode server : servers.path("servers")) {
      if (server.path("state").asText().equals("DRAINING")) {
        findings.add(DrainCheck.finding(admin.drain(server.path("id").asText()), state));
      }
    }
    return findings;
  }

  /** Each that does not run; but of a Valkey that is away was spoken already. */
  private static List<Finding> processes(JsonNode status, boolean leasesKnown, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    int running = 0;
    for (JsonNode process : status.path("processes")) {
      String name = process.path("name").asText();
      String found = process.path("state").asText();
      String ended = process.path("ended").asText(found);
      if (found.equals("running")) {
        running++;
      } else if (!leasesKnown && name.equals(Kind.VALKEY.name(1))) {
        continue;
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
