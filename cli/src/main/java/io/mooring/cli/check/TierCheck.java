package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.TIER;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tier that is up: its processes, its servers, its Envoys. */
final class TierCheck {
  private TierCheck() {}

  /**
   * @param status what the supervisor says
   */
  static List<Finding> findings(JsonNode status) {
    List<Finding> findings = new ArrayList<>();
    int running = 0;
    for (JsonNode process : status.path("processes")) {
      String name = process.path("name").asText();
      String state = process.path("state").asText();
      if (state.equals("running")) {
        running++;
      } else {
        String verb = state.equals("frozen") ? "resume" : "start";
        findings.add(
            Finding.failed(
                TIER,
                "%s is %s".formatted(name, state),
                "./mooring dev %s %s".formatted(verb, name)));
      }
    }
    findings.addFirst(Finding.ok(TIER, running + " processes are running"));
    try {
      AdminApi admin = new AdminApi(controlPlanes(status), Optional.empty());
      findings.addAll(servers(admin));
      findings.addAll(envoys(admin));
    } catch (AdminException silent) {
      findings.add(
          Finding.failed(
              TIER, String.valueOf(silent.getMessage()), "./mooring dev start control-1"));
    }
    return findings;
  }

  private static List<URI> controlPlanes(JsonNode status) {
    List<URI> addresses = new ArrayList<>();
    for (JsonNode controlPlane : status.path("controlPlanes")) {
      addresses.add(URI.create(controlPlane.path("http").asText()));
    }
    return addresses;
  }

  private static List<Finding> servers(AdminApi admin) {
    List<Finding> findings = new ArrayList<>();
    List<String> active = new ArrayList<>();
    for (AdminApi.Server server : admin.servers()) {
      if (server.active()) {
        active.add(server.id());
      } else {
        findings.add(
            Finding.warning(
                TIER,
                "%s is %s"
                    .formatted(
                        server.id(),
                        server.suspect() ? "SUSPECT: its lease lapsed" : server.state()),
                "./mooring servers"));
      }
    }
    findings.add(
        active.isEmpty()
            ? Finding.failed(TIER, "no server is ACTIVE: nobody can connect", "./mooring dev add")
            : Finding.ok(TIER, "ACTIVE: " + String.join(", ", active)));
    return findings;
  }

  private static List<Finding> envoys(AdminApi admin) {
    List<Finding> findings = new ArrayList<>();
    List<String> inSync = new ArrayList<>();
    for (AdminApi.Envoy envoy : admin.fleet().envoys()) {
      if (envoy.connected() && envoy.inSync()) {
        inSync.add(envoy.id());
      } else {
        findings.add(
            Finding.warning(
                TIER,
                "%s is %s"
                    .formatted(envoy.id(), envoy.connected() ? "not in sync" : "not connected"),
                "look into log/%s.log of the state folder".formatted(envoy.id())));
      }
    }
    if (!inSync.isEmpty()) {
      findings.add(Finding.ok(TIER, "in sync: " + String.join(", ", inSync)));
    }
    return findings;
  }
}
