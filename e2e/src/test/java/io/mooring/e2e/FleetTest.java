package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.process.HostPort;
import io.mooring.process.Secret;
import io.mooring.registry.v1.Load;
import io.mooring.server.fleet.FleetDeaths;
import io.mooring.server.fleet.FleetMemory;
import io.mooring.server.fleet.FleetView;
import io.mooring.server.registration.Order;
import io.mooring.server.registration.Orders;
import io.mooring.server.registration.Registration;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server hears of the others: one that never gets a client, as its port is closed. */
class FleetTest {
  private static final Duration LEASE = Duration.ofMillis(12_500);

  /** From what everybody else sees to what this server hears. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path state;
  @AutoClose private static Tier tier;

  private static final Duration HOLDBACK = Duration.ofSeconds(3);

  private static final FleetMemory FLEET = new FleetMemory();

  @AutoClose("shutdownNow")
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor();

  private static final FleetDeaths DEATHS =
      new FleetDeaths(
          FLEET,
          HOLDBACK,
          (delay, task) -> TIMER.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS));

  @AutoClose private static Registration listener;

  @BeforeAll
  static void up() throws IOException {
    tier = Tier.up(state, "--control-planes", "2", "--servers", "2", "--envoys", "1");
    List<HostPort> registries = new ArrayList<>();
    tier.addresses().path("registry").forEach(at -> registries.add(HostPort.parse(at.asText())));
    listener =
        new Registration(
            new io.mooring.server.registration.Registrant(
                "listener",
                "a",
                "app",
                "127.0.0.1:" + tier.port("app-9"),
                "127.0.0.1:" + tier.port("app-9"),
                8,
                "",
                List.of()),
            registries,
            Secret.of(tier.registrationToken()),
            Load::getDefaultInstance,
            new Unmoved(),
            FLEET::told);
    listener.start();
  }

  /** Has no clients to move. */
  private static final class Unmoved implements Orders {
    @Override
    public void stay() {}

    @Override
    public void move(Order order) {}

    @Override
    public void fenced() {}
  }

  @Test
  void aKilledServerIsDeadAtOnceWhenItIsStartedAgainAndElseWithItsLease() {
    long first = generation("app-2");
    tier.kill("app-2");
    tier.start("app-2");
    await("restarted", AT_ONCE, view -> view.isDead("app-2", first));
    assertFalse(FLEET.view().leftInOrder("app-2", first));

    long second = generation("app-2");
    tier.kill("app-2");
    long killed = System.nanoTime();
    await("killed", LEASE.multipliedBy(2), view -> DEATHS.isDead("app-2", second));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
    System.out.printf("fleet: a killed server is dead after %d ms of %s%n", millis, LEASE);
    assertTrue(millis <= LEASE.toMillis(), () -> "dead after " + millis + " ms");
    assertFalse(FLEET.view().leftInOrder("app-2", second));
    assertFalse(FLEET.view().isDead("app-1", generation("app-1")));

    tier.start("app-2");
  }

  @Test
  void aServerThatIsToldToStopLeavesInOrder() {
    long leaving = generation("app-1");

    tier.term("app-1");

    await("stopped", PATIENCE, view -> view.isDead("app-1", leaving));
    long heard = System.nanoTime();
    assertTrue(FLEET.view().leftInOrder("app-1", leaving));
    assertFalse(DEATHS.isDead("app-1", leaving));
    await("held back", PATIENCE, view -> DEATHS.isDead("app-1", leaving));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heard);
    assertTrue(millis >= HOLDBACK.toMillis() - 500, () -> "dead after " + millis + " ms");
    Awaitility.await("ended")
        .atMost(PATIENCE)
        .until(() -> tier.process("app-1").path("state").asText().equals("exited"));
    tier.start("app-1");
  }

  /** The living one, once it is heard of. */
  private static long generation(String server) {
    return Awaitility.await("alive")
        .atMost(PATIENCE)
        .until(() -> Optional.ofNullable(FLEET.view().servers().get(server)), Optional::isPresent)
        .orElseThrow()
        .generation();
  }

  private static void await(String what, Duration most, Predicate<FleetView> so) {
    Awaitility.await(what)
        .atMost(most)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> so.test(FLEET.view()));
  }
}
