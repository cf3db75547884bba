package io.mooring.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers are a control plane's own. */
class DrainTest {
  private static final String WITHDRAWN = "the request for the drain of app-1 is withdrawn";

  @TempDir Path folder;

  private final HttpServer server = create();
  private final Deque<String> phases = new ArrayDeque<>();
  private String targets = "{\"server\":\"app-2\",\"weight\":8}";
  private String warnings = "";
  private String state = "ACTIVE";
  private long leaseAgeMillis = 100;

  @BeforeEach
  void listen() {
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CANCELLED | 0 | app-1 takes new clients again",
        "DRAINED   | 1 | app-1 drained in",
        "LOST      | 1 | ✘ app-1 was lost",
      })
  void aCancelSaysHowTheDrainEnded(String phase, int code, String text) {
    phases.add(phase);

    Printed printed = cancel();

    assertEquals(code, printed.code());
    assertTrue(printed.out().startsWith(text), printed::out);
  }

  @ParameterizedTest
  @CsvSource({"CANCELLED, 0", "DRAINED, 1", "LOST, 1"})
  void aCancelThatTakesTimeIsWatchedUntilTheDrainEnds(String phase, int code) {
    phases.addAll(List.of("MOVING", "MOVING", phase));

    Printed printed = cancel();

    assertEquals(code, printed.code());
    assertTrue(printed.out().startsWith(WITHDRAWN), printed::out);
    assertEquals(2, printed.out().lines().count(), printed::out);
  }

  @Test
  void aProgramReadsEachAnswerToACancel() {
    phases.addAll(List.of("MOVING", "CANCELLED"));

    Printed printed = cancel("-o", "json");

    assertEquals(0, printed.code());
    assertEquals(progress("MOVING") + "\n" + progress("CANCELLED"), printed.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"REQUESTED", "REFUSING", "DRAINED"})
  void aServerThatWasToldToStopIsNotKeptByACancel(String next) {
    phases.addAll(List.of("CANCELLED", "CANCELLED", next));

    Printed printed = cancel();

    assertEquals(1, printed.code());
    assertEquals("", printed.out());
    assertTrue(printed.err().startsWith("✘ app-1 cannot be kept: it was told to stop"));
  }

  @Test
  void aDrainThatTheServerAsksForAgainIsFollowedOn() {
    phases.addAll(List.of("MOVING", "CANCELLED", "MOVING", "DRAINED"));

    Printed printed = drain();

    assertEquals(0, printed.code());
    assertTrue(printed.out().startsWith("app-1 drained in"), printed::out);
  }

  @Test
  void theLastServerIsDrainedOnlyForTheAsking() {
    targets = "";

    Printed refused = drain();
    phases.add("DRAINED");
    Printed done = drain("--last");

    assertEquals(2, refused.code());
    assertTrue(
        refused.err().startsWith("✘ app-1 is the last ACTIVE server of its service"), refused::err);
    assertTrue(refused.err().contains("./mooring drain app-1 --last"), refused::err);
    assertEquals(0, done.code());
  }

  @Test
  void theLastServerTakesOtherTermsOfItsDrainWithoutAskingAgain() {
    targets = "";
    state = "DRAINING";
    phases.add("DRAINED");

    assertEquals(0, drain("--rate", "20").code());
  }

  @Test
  void theWarningsOfTheControlPlaneAreShown() {
    phases.add("DRAINED");
    warnings = "\"app-1 is suspect\"";

    Printed printed = drain();

    assertEquals(0, printed.code());
    assertTrue(printed.err().startsWith("‼ app-1 is suspect"), printed::err);
  }

  @Test
  void aServerThatIsNotHeardOfWhileItDrainsIsNamedOnceWithWhatToDo() {
    leaseAgeMillis = 9000;
    String[] moving = new String[12];
    Arrays.fill(moving, "MOVING");
    phases.addAll(List.of(moving));
    phases.add("LOST");

    Printed printed = drain();

    assertEquals(1, printed.code());
    List<String> said =
        printed
            .err()
            .lines()
            .filter(line -> line.contains("app-1 was last heard of 9 s ago"))
            .toList();
    assertEquals(1, said.size(), printed::err);
    assertTrue(said.getFirst().contains("./mooring dev resume app-1"), printed::err);
    assertTrue(printed.out().startsWith("✘ app-1 was lost before all had gone (3 of 9)"));
    assertTrue(printed.err().contains("next: ./mooring dev resume app-1"), printed::err);
  }

  @Test
  void aDryRunSaysWhichRateTheServerWouldChoose() {
    Printed printed = drain("--dry-run");

    assertTrue(
        printed.out().startsWith("app-1 would move 100 connections at its own rate, 50/s, in 2 s"),
        printed::out);
  }

  private Printed cancel(String... more) {
    List<String> line = new ArrayList<>(List.of("--cancel"));
    line.addAll(List.of(more));
    return drain(line.toArray(String[]::new));
  }

  private Printed drain(String... more) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "drain",
                "app-1",
                "--admin",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "--state-dir",
                folder.toString()));
    line.addAll(List.of(more));
    return Printed.by(line.toArray(String[]::new));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String answer =
        exchange.getRequestURI().getPath().endsWith("/servers")
            ? servers()
            : asked.contains("\"dry_run\":true") ? plan() : next();
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** The last one stays. */
  private String next() {
    String phase = phases.size() > 1 ? phases.remove() : phases.element();
    return warnings.isEmpty()
        ? progress(phase)
        : progress(phase).replaceFirst("}$", ",\"warnings\":[%s]}".formatted(warnings));
  }

  private String servers() {
    return "{\"servers\":[{\"id\":\"app-1\",\"state\":\"%s\",\"lease_age_ms\":%d}]}"
        .formatted(state, leaseAgeMillis);
  }

  private String plan() {
    return "{\"server\":\"app-1\",\"connections\":100,\"rate\":0,\"deadline_ms\":300000,"
        + "\"eta_ms\":2000,\"targets\":[%s],\"warnings\":[]}".formatted(targets);
  }

  private static String progress(String phase) {
    return "{\"server\":\"app-1\",\"phase\":\"%s\",\"total\":9,\"gone\":3}".formatted(phase);
  }

  private static HttpServer create() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
