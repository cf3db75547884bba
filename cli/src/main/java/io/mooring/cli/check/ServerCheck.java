package io.mooring.cli.check;

import static io.mooring.cli.check.Finding.Group.SERVERS;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.state.StateFolder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The registered servers: who takes clients, who is suspect or frozen. */
final class ServerCheck {
  /** Two heartbeats and a little; a server that misses them is frozen or cut off. */
  private static final Duration SILENT = Duration.ofSeconds(7);

  private ServerCheck() {}

  /**
   * @param answer of {@code /admin/v1/servers}
   */
  static List<Finding> findings(JsonNode answer, StateFolder state) {
    List<Finding> findings = new ArrayList<>();
    List<String> active = new ArrayList<>();
    for (JsonNode server : answer.path("servers")) {
      String id = server.path("id").asText();
      String refused = server.path("drain_error").asText("");
      if (!refused.isEmpty() && !server.path("state").asText().equals("DRAINING")) {
        findings.add(
            Finding.warning(
                SERVERS,
                "%s was not drained: %s".formatted(id, refused),
                "%s asks again; in Redis, HDEL {mooring}:server:%s drain takes it back"
                    .formatted(state.command("drain " + id), id)));
      }
      Duration silence = Duration.ofMillis(server.path("lease_age_ms").asLong());
      String heard = "last heard of %.1f s ago".formatted(silence.toMillis() / 1000.0);
      String found = server.path("state").asText();
      if (server.path("suspect").asBoolean()) {
        findings.add(
            Finding.warning(
                SERVERS,
                "%s is SUSPECT: its lease lapsed, %s".formatted(id, heard),
                "nobody is sent there unless pinned; " + state.command("servers")));
      } else if (silence.compareTo(SILENT) > 0) {
        findings.add(
            Finding.warning(
                SERVERS,
                "%s is %s, but %s: frozen, or cut off".formatted(id, found, heard),
                state.command("dev resume " + id)));
      } else if (found.equals("ACTIVE")) {
        active.add(id);
      } else if (!found.equals("DRAINING")) {
        findings.add(
            Finding.warning(SERVERS, "%s is %s".formatted(id, found), state.command("servers")));
      }
    }
    findings.addFirst(
        active.isEmpty()
            ? Finding.failed(
                SERVERS, "no server is ACTIVE: nobody can connect", state.command("dev add"))
            : Finding.ok(SERVERS, "ACTIVE: " + String.join(", ", active)));
    return findings;
  }

  /** While Redis is away the control planes keep what they knew. */
  static Finding unknown(List<AdminApi.Server> servers) {
    return Finding.warning(
        SERVERS,
        "leases cannot be judged without Redis; known last: "
            + servers.stream()
                .map(server -> server.id() + " " + server.state())
                .collect(Collectors.joining(", ")),
        "nobody is removed meanwhile, and sockets live on");
  }
}
