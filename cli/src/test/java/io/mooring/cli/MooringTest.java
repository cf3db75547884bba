package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MooringTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path state;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "upp               | mooring has no verb \"upp\"; did you mean up?",
        "frobnicate        | mooring has no verb \"frobnicate\"",
        "up --server 3     | mooring up has no option \"--server\"; did you mean --servers?",
        "dev kil app-2     | mooring dev has no verb \"kil\"; did you mean kill?",
        "up --servers 0    | --servers 0: expected 1 to 50",
        "up --port-base 99 | --port-base 99: expected 1024 to 62000",
        "up --broker kafka | kafka",
        "up --control-planes 11 | --control-planes 11: expected 1 to 10",
        "up --auth-filters 0 | --auth-filters 0: expected 1 to 10",
        "dev kill          | NAME",
        "servers -o id     | -o id: mooring servers takes table or json",
        "drain             | SERVER",
        "servers -o yaml   | yaml is not known; expected table or json, of connections also id",
        "servers --admin foo | foo is no address; expected http://host:port",
        "servers --admin http:// | http:// is no address; expected http://host:port",
        "drain a --rate -1 | --rate -1: expected 1 to 100000 clients a second",
        "drain a --rate 0  | --rate 0: expected 1 to 100000 clients a second",
        "drain a --deadline 14s | --deadline 14s: expected 15s to 24h",
        "drain a --deadline 25h | --deadline 25h: expected 15s to 24h",
        "drain a --deadline 300 | --deadline 300: expected 15s to 24h, a number with ms, s, m or h",
        "drain app/1       | \"app/1\" is no server's id; `servers` shows them",
        "check --sockets -1 | --sockets -1: expected 1 or more",
        "connections --limit 0 | --limit 0: expected 1 to 1000 rows",
        "connections --limit 1001 | --limit 1001: expected 1 to 1000 rows",
        "demo              | demo needs clients N",
        "demo client 3     | mooring demo has no verb \"client\"; did you mean clients?",
        "demo clients      | N",
        "demo clients few  | few",
        "demo clients 0     | N 0: expected 1 to 10000 clients",
        "demo clients 10001 | N 10001: expected 1 to 10000 clients",
        "demo clients 9 --channels 0 | --channels 0: expected 1 to 1000",
        "demo clients 9 --rate 73 | --rate 73: expected 0 to 72 messages a second",
        "demo clients 9 --rate -1 | --rate -1: expected 0 to 72 messages a second",
        "token             | token needs one of new, check, key",
      })
  void whatIsNotUnderstoodIsAnsweredWithTheNearestAndExitCode2(String line, String message) {
    Printed printed = Printed.by(line.split(" "));

    assertEquals(2, printed.code());
    assertTrue(printed.err().contains(message), printed::err);
    assertTrue(printed.err().contains("next: ./mooring"), printed::err);
    assertEquals("", printed.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "down",
        "dev",
        "dev kill",
        "dev term",
        "demo",
        "demo clients",
        "token new",
        "token check",
        "servers",
        "connections",
        "envoys",
        "explain",
        "drain",
        "check"
      })
  void everyVerbExplainsItselfWithExamples(String verb) {
    Printed printed = Printed.by((verb + " --help").split(" "));

    assertEquals(0, printed.code());
    assertTrue(printed.out().contains("./mooring " + verb.split(" ")[0]), printed::out);
    assertTrue(printed.out().contains("--no-color"), printed::out);
  }

  @Test
  void withoutAVerbTheVerbsAreListed() {
    Printed printed = Printed.by();

    assertEquals(2, printed.code());
    assertTrue(printed.err().contains("servers"), printed::err);
    assertFalse(printed.err().contains("train"), printed::err);
  }

  @Test
  void withoutATierTheNextStepIsToStartOne() {
    Printed kill = Printed.by("dev", "kill", "app-2", "--state-dir", state.toString());

    assertEquals(1, kill.code());
    assertTrue(kill.err().contains("no tier is up in " + state), kill::err);
    assertTrue(kill.err().contains("next: ./mooring up"), kill::err);
  }

  @Test
  void clientsNeedATier() {
    Printed demo = Printed.by("demo", "clients", "3", "--state-dir", state.toString());

    assertEquals(1, demo.code());
    assertTrue(demo.err().contains("no tier is up in " + state), demo::err);
    assertTrue(demo.err().contains("next: ./mooring up"), demo::err);
  }

  @ParameterizedTest
  @ValueSource(strings = {"servers", "connections", "envoys", "explain u1", "drain app-1"})
  void noVerbLeavesTheFolderThatItWasGivenForAnotherTier(String line) {
    Printed printed = Printed.by((line + " --state-dir " + state).split(" "));

    assertEquals(1, printed.code());
    assertTrue(printed.err().contains("no tier is up in " + state), printed::err);
    assertTrue(
        printed.err().contains("next: ./mooring up --state-dir " + state + ", or"), printed::err);
  }

  @Test
  void downWithoutATierHasNothingToDo() throws IOException {
    Printed down = Printed.by("down", "--state-dir", state.toString(), "-o", "json");

    assertEquals(0, down.code());
    JsonNode answer = JSON.readTree(down.out());
    assertFalse(answer.path("stopped").asBoolean(true));
  }

  @Test
  void serversSaysWhichControlPlaneDoesNotAnswer() {
    Printed servers =
        Printed.by("servers", "--admin", "http://127.0.0.1:1", "--state-dir", state.toString());

    assertEquals(1, servers.code());
    assertTrue(servers.err().contains("no control plane answers at http://127.0.0.1:1"));
    assertTrue(servers.err().contains("or leave --admin out"), servers::err);
  }
}
