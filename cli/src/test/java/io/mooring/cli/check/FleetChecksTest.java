package io.mooring.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Shape;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the answers of the admin API mean for whoever runs the fleet. */
class FleetChecksTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final StateFolder STATE = new StateFolder(Path.of("/tmp/tier"));

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'state':'ACTIVE','lease_age_ms':900}                  | OK      | ACTIVE: app-1",
        "{'state':'ACTIVE','lease_age_ms':8200}                 | WARNING | app-1 is ACTIVE, but last heard of 8.2 s ago: frozen, or cut off",
        "{'state':'ACTIVE','suspect':true,'lease_age_ms':12000} | WARNING | app-1 is SUSPECT: its lease lapsed, last heard of 12.0 s ago",
        "{'state':'WARMING'}                                    | WARNING | app-1 is WARMING",
      })
  void aServerIsJudgedByStateAndLease(String server, Finding.Level level, String what) {
    String answer = "{'servers':[" + server.replaceFirst("\\{", "{'id':'app-1',") + "]}";

    assertTrue(
        ServerCheck.findings(json(answer), STATE).stream()
            .anyMatch(finding -> finding.level() == level && finding.what().equals(what)),
        () -> ServerCheck.findings(json(answer), STATE).toString());
  }

  @Test
  void whatAsksForADrainAndIsRefusedIsAWarning() {
    String answer =
        "{'servers':[{'id':'app-2','state':'ACTIVE','drain_error':null},"
            + "{'id':'app-1','state':'ACTIVE','drain_error':'rate=0: no'}]}";

    Finding finding = ServerCheck.findings(json(answer), STATE).getLast();

    assertEquals(Finding.Level.WARNING, finding.level());
    assertEquals("app-1 was not drained: rate=0: no", finding.what());
  }

  @Test
  void withoutRedisThereIsOneFailureAndNoLeaseIsJudged() throws IOException {
    byte[] servers =
        "{\"servers\":[{\"id\":\"app-1\",\"state\":\"ACTIVE\",\"lease_age_ms\":90000}]}"
            .getBytes(StandardCharsets.UTF_8);
    HttpServer controlPlane =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    controlPlane.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, servers.length);
          exchange.getResponseBody().write(servers);
          exchange.close();
        });
    controlPlane.start();
    try {
      List<Finding> findings =
          TierCheck.findings(status(controlPlane.getAddress().getPort(), "running"), false, STATE);

      assertTrue(
          findings.stream()
              .map(Finding::what)
              .anyMatch(
                  what ->
                      what.equals(
                          "leases cannot be judged without Redis; known last: app-1 ACTIVE")),
          findings::toString);
      assertTrue(
          findings.stream()
              .filter(finding -> finding.group() != Finding.Group.ENVOYS)
              .noneMatch(finding -> finding.level() == Finding.Level.FAILED),
          findings::toString);
    } finally {
      controlPlane.stop(0);
    }
  }

  @Test
  void withoutAControlPlaneTheFirstIsToBeStarted() {
    List<Finding> findings = TierCheck.findings(status(1, "exited"), true, STATE);

    assertEquals(Finding.Level.FAILED, findings.getLast().level());
    assertTrue(findings.getLast().what().startsWith("no control plane answers"));
    assertEquals("./mooring dev start control-1 --state-dir /tmp/tier", findings.getLast().hint());
    assertEquals(4, findings.size(), findings::toString);
  }

  private static JsonNode status(int port, String control) {
    return json(
        ("{'controlPlanes':[{'id':'control-1','http':'http://127.0.0.1:%d'}],'processes':["
                + "{'name':'valkey','state':'exited','ended':'killed'},"
                + "{'name':'control-1','state':'%s'}]}")
            .formatted(port, control));
  }

  @Test
  void aDrainThatIsOverdueIsAWarning() {
    String drain = "{'server':'app-1','phase':'MOVING','total':101,'gone':71,'reason':'%s'}";

    Finding onTime = DrainCheck.finding(json(drain.formatted("")), STATE);
    Finding overdue = DrainCheck.finding(json(drain.formatted("it hangs")), STATE);

    assertEquals("app-1 is DRAINING, MOVING: 71 of 101 have gone", onTime.what());
    assertEquals(Finding.Level.OK, onTime.level());
    assertEquals(Finding.Level.WARNING, overdue.level());
    assertTrue(overdue.what().endsWith("; it hangs"), overdue::what);
  }

  @Test
  void withoutAnActiveServerNobodyCanConnect() {
    Finding finding = ServerCheck.findings(json("{'servers':[]}"), STATE).getFirst();

    assertEquals(Finding.Level.FAILED, finding.level());
    assertEquals("./mooring dev add --state-dir /tmp/tier", finding.hint());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'connected':true,'in_sync':true}                      | OK      | in sync: edge-1 (rev 7)",
        "{'connected':true,'in_sync':false,'acked_revision':5}  | WARNING | edge-1 is behind: it has acknowledged revision 5 of 7",
        "{'connected':false,'missing':true,'seen_ms_ago':30000} | FAILED  | edge-1 is missing: seen 30 s ago, not connected to any control plane",
        "{'connected':true,'types':[{'type':'LISTENER','nack':'bad'}]} | FAILED | 'edge-1, LISTENER: the Envoy refused what it was sent: bad'",
      })
  void anEnvoyIsJudgedByWhatItAcknowledged(String envoy, Finding.Level level, String what) {
    String answer =
        "{'revision':7,'envoys':[" + envoy.replaceFirst("\\{", "{'id':'edge-1',") + "]}";

    List<Finding> findings = EnvoyCheck.findings(json(answer), STATE);

    assertEquals(level, findings.getFirst().level());
    assertEquals(what, findings.getFirst().what());
    assertEquals(1, findings.size());
  }

  @Test
  void aCertificateThatIsNotServedIsSaidWithItsReason() {
    String answer =
        "{'revision':7,'envoys':[{'id':'edge-1','connected':true,'in_sync':true}],"
            + "'certificate':{'expires_in_ms':7200000,'refused':'it is a CA'}}";

    Finding finding = EnvoyCheck.findings(json(answer), STATE).getLast();

    assertEquals(Finding.Level.FAILED, finding.level());
    assertTrue(finding.what().endsWith("is not served: it is a CA"), finding::what);
    assertTrue(finding.hint().startsWith("the one before is, for another 2 h"), finding::hint);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "control-1,4,control-1,true  control-1,4,control-2,false | OK      | control-1 leads (fence 4)",
        "control-1,4,control-1,true  control-2,5,control-2,true  | FAILED  | more than one leads: control-1, control-2",
        "control-1,4,control-1,false control-2,5,control-2,true  | WARNING | the leader is changing: control-1, control-2 (fence 5)",
        "control-3,4,control-1,false control-3,4,control-2,false | FAILED  | control-3 leads no more, and nobody else does yet (fence 4)",
        "-,4,control-1,false -,4,control-2,false                 | FAILED  | no control plane leads: nothing is removed, warmed or drained",
      })
  void theLeaderIsTheOneThatAllName(String said, Finding.Level level, String what) {
    List<JsonNode> answers = new ArrayList<>();
    for (String answer : said.split(" +")) {
      String[] fields = answer.replace("-,", ",").split(",");
      answers.add(
          json("{'holder':'%s','fence':%s,'this':'%s','leads':%s}".formatted((Object[]) fields)));
    }

    Finding finding = ControlPlaneCheck.leader(answers);

    assertEquals(level, finding.level());
    assertEquals(what, finding.what());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "OK      | 0 | MOORING OK - nothing is in the way / ok=1 warning=0 failed=0",
        "WARNING | 1 | MOORING WARNING - the disk / ok=0 warning=1 failed=0",
        "FAILED  | 2 | MOORING CRITICAL - the disk / ok=0 warning=0 failed=1",
      })
  void aMonitoringPluginTellsWarningsFromFailures(Finding.Level level, int code, String line) {
    Report report =
        new Report(List.of(new Finding(Finding.Group.MACHINE, level, "the disk", "buy one")));

    assertEquals(code, report.exitCode(Report.Format.NAGIOS));
    assertEquals(
        line.replace(" / ", " | "),
        report.lines(Report.Format.NAGIOS, Terminal.current(false)).getFirst());
    assertEquals(level == Finding.Level.FAILED ? 1 : 0, report.exitCode(Report.Format.TEXT));
  }

  @Test
  void theFirstLineForAMonitoringPluginIsShortAndTheOthersSayAll() {
    String what = "a | long\n  story ".repeat(30);
    Report report =
        new Report(
            List.of(
                Finding.warning(Finding.Group.PORTS, "small", ""),
                Finding.failed(Finding.Group.REDIS, what, "")));

    List<String> lines = report.lines(Report.Format.NAGIOS, Terminal.current(false));

    assertEquals(3, lines.size());
    assertTrue(lines.getFirst().length() < 200, lines::getFirst);
    assertTrue(
        lines.getFirst().endsWith("… (and 1 more) | ok=0 warning=1 failed=1"), lines::getFirst);
    assertTrue(lines.get(1).startsWith("FAILED redis: a / long story a / long"), lines::toString);
    assertEquals("WARNING ports: small", lines.get(2));
    assertEquals(
        "0 ok, 1 warning, 1 failed",
        report.lines(Report.Format.TEXT, Terminal.current(false)).getLast());
  }

  @Test
  void aScraperGetsACountForEachGroupAndLevel() {
    Report report =
        new Report(List.of(Finding.failed(Finding.Group.REDIS, "it is old", "replace it")));

    List<String> lines = report.lines(Report.Format.PROMETHEUS, Terminal.current(false));

    assertTrue(lines.contains("mooring_check_findings{group=\"redis\",level=\"failed\"} 1"));
    assertTrue(lines.contains("mooring_check_findings{group=\"envoys\",level=\"ok\"} 0"));
  }

  @Test
  void thePortsOfTheMachineAreReadAndThoseOfTheTierKeptOutOfThem() {
    Shape shape = new Shape(Shape.Size.USUAL, Shape.Broker.REDIS, 7000, Optional.empty());

    List<String> found =
        MachineCheck.findings(shape, 5000, STATE).stream().map(Finding::what).toList();

    assertTrue(
        found.stream().anyMatch(what -> what.matches("ip_local_port_range \\d+-\\d+: \\d+ .*")),
        found::toString);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException broken) {
      throw new IllegalArgumentException(broken);
    }
  }
}
