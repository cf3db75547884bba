package io.mooring.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.server.stand.Client;
import io.mooring.server.stand.Edge;
import io.mooring.server.stand.Registrar;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process, and what SIGTERM does to it. */
class StopTest {
  @TempDir private Path folder;

  private Edge edge;
  private Registrar registrar;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    edge = new Edge(folder);
    registrar = Registrar.start();
    File log = folder.resolve("app-1.log").toFile();
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WsAppServer.class.getName(),
                "--broker=memory",
                "--websocket.address=127.0.0.1:0",
                "--http.address=127.0.0.1:0",
                "--registry.addresses=" + registrar.address(),
                "--token.jwks=" + edge.jwks(),
                "--keys=" + edge.keyFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !registrar.reports.isEmpty() || !process.isAlive());
    assertTrue(process.isAlive(), () -> log());
  }

  @AfterEach
  void end() {
    process.destroyForcibly();
    registrar.close();
  }

  @Test
  void sigtermEndsAServerWithoutClientsAtOnce() throws Exception {
    process.destroy();

    assertEquals(0, exit());
    assertEquals(1, registrar.departures.size());
    assertEquals(0, registrar.lastDepartures().getTotal());
  }

  @Test
  void sigtermMovesTheClientsAwayBeforeTheProcessEnds() throws Exception {
    try (Client ann = client()) {
      process.destroy();

      ann.await("reconnect");
      assertTrue(process.isAlive());
    }

    assertEquals(0, exit());
    assertEquals(1, registrar.departures.size());
    assertTrue(log().contains("event=drain_finished drain=wish total=1 told=1 gone=1"), log());
  }

  @Test
  void aSecondSigtermEndsTheProcessInTheMiddleOfItsDrain() throws Exception {
    try (Client ann = client()) {
      process.destroy();
      ann.await("reconnect");

      process.destroy();

      assertEquals(143, exit());
      assertEquals(0, registrar.departures.size());
    }
  }

  @Test
  void aServerThatWasDrainedEndsByItself() throws Exception {
    try (Client ann = client()) {
      registrar.drain("d1", 0, Duration.ofMinutes(5));
      ann.await("reconnect");
    }

    assertEquals(0, exit());
    assertEquals(1, registrar.departures.size());
  }

  private Client client() throws IOException {
    String address = registrar.registrations.getFirst().getAddress();
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    return Client.open(port, "/ws", edge.header("ann"));
  }

  private int exit() throws InterruptedException {
    assertTrue(process.waitFor(10, TimeUnit.SECONDS), () -> log());
    return process.exitValue();
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("app-1.log"));
    } catch (IOException unreadable) {
      return unreadable.toString();
    }
  }
}
