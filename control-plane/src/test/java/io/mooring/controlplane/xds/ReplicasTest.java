package io.mooring.controlplane.xds;

import static io.mooring.controlplane.xds.AuthService.allow;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mooring.controlplane.acknowledgement.EnvoyReport;
import io.mooring.controlplane.xds.Handshake.Answer;
import io.mooring.process.HostPort;
import io.mooring.programs.EnvoyProcess;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An Envoy that has two control planes, and control planes that begin anew. */
class ReplicasTest {
  @TempDir Path folder;

  private final AuthService auth = AuthService.start();
  private final Backend one = Backend.start("app-1");
  private final Backend two = Backend.start("app-2");
  private final Queue<EnvoyReport> reports = new ConcurrentLinkedQueue<>();
  private final EdgeConfig config = Edge.config(auth.address());
  private Xds first;
  private Xds second;
  private EnvoyProcess envoy;
  private Answer live;

  @BeforeEach
  void startBoth() {
    auth.answering(request -> allow("c", one.address(), two.address()));
    first = controlPlane("control-1", 0, Duration.ZERO);
    second = controlPlane("control-2", 0, Duration.ZERO);
    first.start();
    second.start();
    both(1, one, two);
    envoy = Edge.startEnvoy(folder, Edge.ID, 5_000, first, second);
    envoy.awaitReady();
    live = Handshake.to(port()).send();
    assertEquals(101, live.status());
  }

  @AfterEach
  void stop() {
    live.close();
    envoy.close();
    first.close();
    second.close();
    auth.close();
    one.close();
    two.close();
  }

  private Xds controlPlane(String name, int port, Duration holdBack) {
    return new Xds(
        name,
        config,
        new HostPort("127.0.0.1", port),
        holdBack,
        (id, report) -> reports.add(report),
        new SimpleMeterRegistry());
  }

  private int port() {
    return envoy.port("ws").orElseThrow();
  }

  private void both(long revision, Backend... backends) {
    first.update(view(revision, backends));
    second.update(view(revision, backends));
  }

  private static RegistryView view(long revision, Backend... backends) {
    return Edge.view(revision, Arrays.stream(backends).map(Edge::server).toArray(Server[]::new));
  }

  private static boolean serves(Xds xds) {
    return xds.fleet().stream().anyMatch(EnvoyStatus::inSync);
  }

  private Xds serving() {
    return serves(first) ? first : second;
  }

  private Xds other() {
    return serves(first) ? second : first;
  }

  private static void awaitServes(Xds xds) {
    await()
        .atMost(Duration.ofSeconds(5))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> serves(xds));
  }

  private long endpoints() {
    return envoy.stat("cluster.mooring-ws.membership_total");
  }

  @Test
  void anEnvoyThatLosesItsControlPlaneIsSentNothingByTheOther() {
    await().until(() -> serves(first) || serves(second));
    long before = Edge.updates(envoy);
    Xds left = serving();
    Xds next = other();

    left.close();

    awaitServes(next);
    assertEquals(before, Edge.updates(envoy));
    assertTrue(live.alive());
    assertTrue(reports.stream().anyMatch(report -> !report.connected() && report.revision() == 1));
  }

  @Test
  void whatTheOtherSaysIsFollowed() {
    await().until(() -> serves(first) || serves(second));
    Xds next = other();
    serving().close();
    awaitServes(next);

    next.update(view(2, two));

    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> Edge.laggards(next, 2).isEmpty() && endpoints() == 1);
    assertTrue(live.alive());
  }

  @Test
  void aFreshControlPlaneTakesNoServerAwayThatMayYetRegister() {
    restartAlone(Duration.ofSeconds(3));
    long start = System.nanoTime();
    first.update(view(1, one));
    awaitConnected();

    assertEquals(2, endpoints());
    await().atMost(Duration.ofSeconds(6)).until(() -> endpoints() == 1);

    Duration held = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(held.compareTo(Duration.ofSeconds(3)) >= 0, () -> "held for " + held);
    assertTrue(live.alive());
  }

  @Test
  void aFreshControlPlaneWhoseServersComeBackSendsNothing() {
    long before = Edge.updates(envoy);
    restartAlone(Duration.ofMinutes(1));
    first.update(view(1));
    first.update(view(2, two));
    awaitConnected();

    first.update(view(3, one, two));

    awaitServes(first);
    assertEquals(before, Edge.updates(envoy));
    first.update(view(4, two));
    await().until(() -> endpoints() == 1);
  }

  @Test
  void aRegistryThatCameBackEmptyEmptiesNoEndpoints() {
    restartAlone(Duration.ZERO);
    first.update(view(1));
    awaitConnected();
    first.update(new RegistryView("another life", 2, new TreeMap<>()));
    await()
        .until(
            () ->
                first.fleet().getFirst().types().stream()
                    .anyMatch(row -> !row.heldBack().isEmpty()));

    assertEquals(2, endpoints());
    try (Answer next = Handshake.to(port()).send()) {
      assertEquals(101, next.status());
    }

    first.update(view(3, two));

    await().until(() -> endpoints() == 1);
  }

  @Test
  void anEnvoyWithoutEndpointsIsServedByAFreshControlPlaneAtOnce() {
    restartAlone(Duration.ofMinutes(1));
    first.update(view(1, two));

    try (EnvoyProcess fresh = Edge.startEnvoy(folder, "edge-2", 5_000, first)) {
      fresh.awaitReady();

      assertEquals(1, fresh.stat("cluster.mooring-ws.membership_total"));
    }
  }

  /** Ends both, and starts the first anew. */
  private void restartAlone(Duration holdBack) {
    await().until(() -> serves(first) || serves(second));
    int port = first.port();
    second.close();
    first.close();
    first = controlPlane("control-1", port, holdBack);
    first.start();
  }

  private void awaitConnected() {
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> first.fleet().stream().anyMatch(EnvoyStatus::connected));
  }
}
