package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
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

  @TempDir static Path state;
  @AutoClose private static Tier tier;
  @AutoClose private static DemoClients clients;

  @BeforeAll
  static void start() throws IOException {
    tier = Tier.up(state);
    clients = new DemoClients(state, CLIENTS, "--channels", "6");
  }

  @Test
  @Order(1)
  void allConnectAndHearWhatTheyPublish() {
    JsonNode figures =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                clients::figures,
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
    int before = clients.disturbances();

    tier.kill("app-2");

    JsonNode disturbance = clients.nextDisturbance(before, PATIENCE);
    int lost = disturbance.at("/lost_sockets/app-2").asInt();
    System.out.println("demo clients, killed: " + disturbance);
    assertTrue(lost > 0, disturbance::toString);
    assertEquals(lost, DemoClients.sum(disturbance.path("arrivals")));
    assertEquals(lost, DemoClients.sum(disturbance.path("arrived_at")));
    assertEquals(0, disturbance.at("/arrived_at/app-2").asInt());
    assertTrue(disturbance.path("p99_ms").asInt() >= disturbance.path("p50_ms").asInt());
    DemoClients.assertFlawless(disturbance);
    tier.start("app-2");
    tier.awaitServers(3);
  }

  @Test
  @Order(3)
  void aDrainedServersClientsMoveAtItsRate() throws Exception {
    int before = clients.disturbances();

    tier.mooring("drain", "app-1", "--rate", String.valueOf(RATE), "--deadline", "60s");

    JsonNode disturbance = clients.nextDisturbance(before, PATIENCE);
    int moved = disturbance.at("/moved_from/app-1").asInt();
    System.out.println("demo clients, drained: " + disturbance);
    assertTrue(moved > 0, disturbance::toString);
    assertEquals(moved, DemoClients.sum(disturbance.path("arrivals")));
    assertTrue(disturbance.path("lost_sockets").isEmpty(), disturbance::toString);
    assertEquals(0, disturbance.path("p99_ms").asInt());
    DemoClients.assertFlawless(disturbance);
  }

  @Test
  @Order(4)
  void anInterruptEndsItWithASummary() throws Exception {
    JsonNode summary = clients.end();

    DemoClients.assertFlawless(summary);
    assertTrue(summary.path("returns").asInt() > 0, summary::toString);
    assertTrue(summary.path("moves").asInt() > 0, summary::toString);
  }
}
