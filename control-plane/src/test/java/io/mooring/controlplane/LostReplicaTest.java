package io.mooring.controlplane;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.controlplane.acknowledgement.EnvoyReport;
import io.mooring.programs.EnvoyBootstrap;
import io.mooring.programs.EnvoyProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes as processes, and an Envoy that loses the one which it follows. */
class LostReplicaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private Tier tier;
  private Replica first;
  private Replica second;
  private EnvoyProcess envoy;

  /** A control plane in a process of its own. */
  private final class Replica implements AutoCloseable {
    private final String name;
    private final Path log;
    private final Process process;

    Replica(String name) throws IOException {
      this.name = name;
      log = folder.resolve(name + ".log");
      process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  ControlPlane.class.getName(),
                  "--config",
                  configuration(name).toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    }

    private Path configuration(String name) throws IOException {
      return Files.writeString(
          folder.resolve(name + ".yaml"),
          """
          name: %s
          redis:
            url: %s
          http:
            address: 127.0.0.1:0
          registry:
            address: 127.0.0.1:0
          xds:
            address: 127.0.0.1:0
          lease:
            ttl: 1h
          admin:
            open: true
          services:
            app:
              registration-token: app-token-0123456789
              networks: [127.0.0.0/8]
              ports: 1024-65535
          """
              .formatted(name, tier.valkey().url()));
    }

    OptionalInt port(String key) {
      try {
        Matcher listening =
            Pattern.compile("event=listening .*" + key + "=[0-9.:]*?(\\d+)\\b")
                .matcher(Files.readString(log));
        return listening.find()
            ? OptionalInt.of(Integer.parseInt(listening.group(1)))
            : OptionalInt.empty();
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }

    void awaitListening() {
      await().atMost(Duration.ofSeconds(30)).until(() -> port("xds").isPresent());
    }

    /** Whether the Envoy follows it and has all that it sent. */
    boolean serves() throws Exception {
      URI envoys = URI.create("http://127.0.0.1:" + port("http").getAsInt() + "/admin/v1/envoys");
      JsonNode answer =
          JSON.readTree(
              http.send(HttpRequest.newBuilder(envoys).build(), BodyHandlers.ofString()).body());
      for (JsonNode row : answer.path("envoys")) {
        if (row.path("connected").asBoolean() && row.path("in_sync").asBoolean()) {
          return true;
        }
      }
      return false;
    }

    void signal(String signal) throws Exception {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  @BeforeEach
  void start() throws Exception {
    tier = started(new Tier(folder.resolve("valkey")));
    tier.follower().start();
    tier.admitActive("app-1", 7200);
    first = started(new Replica("control-1"));
    second = started(new Replica("control-2"));
    first.awaitListening();
    second.awaitListening();
    envoy =
        started(
            EnvoyProcess.start(
                folder,
                new EnvoyBootstrap(
                    "edge-1",
                    "127.0.0.1",
                    OptionalInt.empty(),
                    OptionalInt.of(0),
                    0,
                    List.of(
                        new InetSocketAddress("127.0.0.1", first.port("xds").getAsInt()),
                        new InetSocketAddress("127.0.0.1", second.port("xds").getAsInt())),
                    100)));
    envoy.awaitReady();
    await().atMost(Duration.ofSeconds(10)).until(() -> first.serves() || second.serves());
  }

  @AfterEach
  void stop() throws Exception {
    try (http) {
      endStarted();
    }
  }

  private void endStarted() throws Exception {
    AutoCloseable last = started.poll();
    if (last != null) {
      try {
        last.close();
      } finally {
        endStarted();
      }
    }
  }

  /** Has it ended after the test, the last that was started first, however far the start came. */
  private <T extends AutoCloseable> T started(T running) {
    started.push(running);
    return running;
  }

  private long updates() {
    return envoy.stat("cluster.mooring-ws.update_success")
        + envoy.stat("cluster_manager.cds.update_success")
        + envoy.stat("listener_manager.lds.update_success");
  }

  private Duration untilServed(Replica other) {
    long start = System.nanoTime();
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(15))
        .until(other::serves);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** That all replicas can read who serves the Envoy, and what it has acknowledged. */
  private void awaitReportedBy(Replica replica) {
    await()
        .until(
            () -> EnvoyReport.parse(tier.envoys().all().getOrDefault("edge-1", "")),
            report ->
                report.filter(said -> said.connected() && said.revision() == 2).isPresent()
                    && report.get().replica().equals(replica.name));
  }

  @Test
  void aFrozenReplicaIsLeftWithinSecondsAndAKilledOneAtOnce() throws Exception {
    Replica frozen = first.serves() ? first : second;
    Replica other = frozen == first ? second : first;
    long before = updates();

    frozen.signal("STOP");
    Duration afterFreeze = untilServed(other);

    assertTrue(afterFreeze.compareTo(Duration.ofSeconds(4)) <= 0, () -> "took " + afterFreeze);
    awaitReportedBy(other);
    frozen.signal("CONT");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> envoy.stat("cluster.mooring-control-plane.membership_healthy") == 2);

    Replica killed = first.serves() ? first : second;
    Replica survivor = killed == first ? second : first;
    killed.close();
    Duration afterKill = untilServed(survivor);

    assertTrue(afterKill.compareTo(Duration.ofSeconds(2)) <= 0, () -> "took " + afterKill);
    awaitReportedBy(survivor);
    assertEquals(before, updates());
  }
}
