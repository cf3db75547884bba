package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.cli.admin.AdminException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo clients} tells what happens to its clients while their servers die and leave. */
@Tag("untimed")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoClientsTest {
  private static final int CLIENTS = 60;
  private static final int RATE = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  private static Process clients;

  /** What it has printed so far. */
  private static final List<JsonNode> told = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    tier = Tier.up(state);
    List<String> command =
        List.of(
            "demo",
            "clients",
            String.valueOf(CLIENTS),
            "--channels",
            "6",
            "-o",
            "json",
            "--state-dir",
            state.toString());
    clients = Command.start(command, state.resolve("demo.err"));
    Thread.ofVirtual().start(DemoClientsTest::listen);
  }

  @AfterAll
  static void end() {
    clients.destroyForcibly();
  }

  private static void listen() {
    clients
        .inputReader()
        .lines()
        .forEach(
            line -> {
              try {
                told.add(JSON.readTree(line));
              } catch (IOException notJson) {
                throw new AssertionError(line, notJson);
              }
            });
  }

  @Test
  @Order(1)
  void allConnectAndHearWhatTheyPublish() {
    JsonNode figures =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                DemoClientsTest::figures,
                now ->
                    now.path("connected").asInt() == CLIENTS
                        && now.path("received").asInt() > 300
                        && now.path("published").asInt() > 30);

    assertEquals(CLIENTS, figures.path("clients").asInt());
    assertEquals(0, figures.path("reconnecting").asInt());
    Awaitility.await()
        .atMost(PATIENCE)
        .ignoreException(AdminException.class)
        .until(
            () -> tier.admin().connections(Map.of("limit", "1000")).path("total").asInt(),
            total -> total == CLIENTS);
  }

  @Test
  @Order(2)
  void aKilledServersClientsAreToldOfWithTheTimesOfTheirReturn() {
    int before = disturbances().size();

    tier.kill("app-2");

    JsonNode disturbance = nextDisturbance(before);
    int lost = disturbance.at("/lost_sockets/app-2").asInt();
    System.out.println("demo clients, killed: " + disturbance);
    assertTrue(lost > 0, disturbance::toString);
    assertEquals(lost, sum(disturbance.path("arrivals")));
    assertEquals(lost, sum(disturbance.path("arrived_at")));
    assertEquals(0, disturbance.at("/arrived_at/app-2").asInt());
    assertTrue(disturbance.path("p99_ms").asInt() >= disturbance.path("p50_ms").asInt());
    assertFlawless(disturbance);
    tier.start("app-2");
    tier.awaitServers(3);
  }

  @Test
  @Order(3)
  void aDrainedServersClientsMoveAtItsRate() throws Exception {
    int before = disturbances().size();

    tier.mooring("drain", "app-1", "--rate", String.valueOf(RATE), "--deadline", "60s");

    JsonNode disturbance = nextDisturbance(before);
    int moved = disturbance.at("/moved_from/app-1").asInt();
    System.out.println("demo clients, drained: " + disturbance);
    assertTrue(moved > 0, disturbance::toString);
    assertEquals(moved, sum(disturbance.path("arrivals")));
    assertTrue(disturbance.path("lost_sockets").isEmpty(), disturbance::toString);
    assertEquals(0, disturbance.path("p99_ms").asInt());
    assertFlawless(disturbance);
  }

  @Test
  @Order(4)
  void anInterruptEndsItWithASummary() throws Exception {
    Foreign.run(List.of("kill", "-INT", String.valueOf(clients.pid())));

    assertTrue(clients.waitFor(20, TimeUnit.SECONDS), "it has not ended");
    assertEquals(0, clients.exitValue());
    JsonNode summary =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> told.getLast().path("summary"), last -> !last.isMissingNode());
    assertFlawless(summary);
    assertTrue(summary.path("returns").asInt() > 0, summary::toString);
    assertTrue(summary.path("moves").asInt() > 0, summary::toString);
    assertTrue(told.stream().noneMatch(line -> line.has("trouble")), told::toString);
  }

  private static void assertFlawless(JsonNode figures) {
    assertEquals(0, figures.path("lost").asInt(), figures::toString);
    assertEquals(0, figures.path("doubled").asInt(), figures::toString);
  }

  private static JsonNode figures() {
    return told.stream()
        .filter(line -> line.has("connected"))
        .reduce((first, second) -> second)
        .orElse(JSON.createObjectNode());
  }

  private static List<JsonNode> disturbances() {
    return told.stream()
        .map(line -> line.path("disturbance"))
        .filter(disturbance -> !disturbance.isMissingNode())
        .toList();
  }

  private static JsonNode nextDisturbance(int before) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(DemoClientsTest::disturbances, told -> told.size() > before)
        .get(before);
  }

  private static int sum(JsonNode counts) {
    return StreamSupport.stream(counts.spliterator(), false).mapToInt(JsonNode::asInt).sum();
  }
}
