package io.mooring.controlplane.warming;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.controlplane.Tier;
import io.mooring.controlplane.acknowledgement.EnvoyReport;
import io.mooring.controlplane.acknowledgement.EnvoyReports;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmingTest {
  @TempDir Path folder;
  private Tier tier;
  private Warming warming;

  @BeforeEach
  void start() {
    tier = new Tier(folder);
    warming =
        new Warming(tier.store(), () -> Optional.of(Tier.FENCE), new EnvoyReports(tier.envoys()));
    tier.follower().onChange(warming::follow);
    tier.follower().start();
  }

  @AfterEach
  void stop() {
    warming.close();
    tier.close();
  }

  @Test
  void aServerWhosePortAnswersBecomesActive() throws IOException {
    try (ServerSocket port = Tier.listen()) {
      tier.admit("app-1", port.getLocalPort());

      await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));
    }
  }

  @Test
  void aServerWaitsUntilItsPortAnswers() throws IOException {
    int port = Tier.closedPort();
    tier.admit("app-1", port);
    await().until(() -> state("app-1").equals(Optional.of(ServerState.WARMING)));

    try (ServerSocket opened = new ServerSocket(port, 64, InetAddress.getLoopbackAddress())) {
      await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));
      assertTrue(opened.isBound());
    }
  }

  @Test
  void itWaitsForTheAcknowledgementsOfTheEnvoys() throws IOException {
    edgeAcknowledged(0);
    try (ServerSocket port = Tier.listen()) {
      tier.admit("app-1", port.getLocalPort());
      await().until(() -> state("app-1").equals(Optional.of(ServerState.WARMING)));

      edgeAcknowledged(1);

      await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));
    }
  }

  @Test
  void itGoesOnWithoutAnEnvoyThatNeverAcknowledges() throws IOException {
    edgeAcknowledged(0);
    try (ServerSocket port = Tier.listen()) {
      tier.admit("app-1", port.getLocalPort());

      await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));
    }
  }

  @Test
  void itGoesOnWhenRedisComesBack() throws IOException {
    edgeAcknowledged(0);
    try (ServerSocket port = Tier.listen()) {
      tier.admit("app-1", port.getLocalPort());
      await().until(() -> state("app-1").equals(Optional.of(ServerState.WARMING)));
      tier.valkey().close();
      tier.startValkeyAgain();

      await().until(() -> state("app-1").equals(Optional.of(ServerState.ACTIVE)));
    }
  }

  private void edgeAcknowledged(long revision) {
    tier.envoys()
        .report("edge-1", new EnvoyReport("control-1", revision, revision, true).toString());
  }

  private Optional<ServerState> state(String id) {
    return tier.follower().view().server(id).map(Server::state);
  }
}
