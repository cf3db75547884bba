package io.mooring.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However the tier ends, no process and no port of it is left. */
@Tag("untimed")
class LeftoversTest {
  @TempDir Path state;
  private Tier tier;

  @BeforeEach
  void up() throws IOException {
    tier = Tier.up(state);
  }

  @AfterEach
  void end() {
    tier.close();
  }

  @Test
  void interruptLeavesNothing() throws Exception {
    signal("INT", tier.launcher().pid());

    assertNothingLeft(tier);
  }

  @Test
  void downLeavesNothing() throws Exception {
    tier.mooring("down");

    assertNothingLeft(tier);
  }

  @Test
  void downEndsAFrozenPartAsWell() throws Exception {
    tier.mooring("dev", "freeze", "app-1");

    tier.mooring("down");

    assertNothingLeft(tier);
  }

  @Test
  void killingTheLauncherLeavesNothing() throws Exception {
    signal("KILL", tier.launcher().pid());

    assertNothingLeft(tier);
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    Foreign.run(List.of("kill", "-" + name, String.valueOf(pid)));
  }

  private static void assertNothingLeft(Tier tier) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertEquals(List.of(), alive(tier), "processes"));
    assertEquals(List.of(), taken(tier), "ports");
  }

  private static List<Long> alive(Tier tier) {
    List<Long> alive = new ArrayList<>(tier.pids());
    alive.add(tier.launcher().pid());
    // A dead process that init has not waited for yet is still listed, but has no command any more.
    alive.removeIf(
        pid -> ProcessHandle.of(pid).flatMap(process -> process.info().command()).isEmpty());
    return alive;
  }

  private static List<Integer> taken(Tier tier) {
    List<Integer> taken = new ArrayList<>(tier.ports());
    taken.removeIf(Ports::isFree);
    return taken;
  }
}
