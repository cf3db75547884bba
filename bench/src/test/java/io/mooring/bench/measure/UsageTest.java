package io.mooring.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class UsageTest {
  @Test
  void theTimeOfAProcessIsItsOwnAndTheSystemsForIt() {
    String stat =
        "77 (a (strange) name) S 1 77 77 0 -1 4194560 9 0 0 0 250 125 0 0 20 0 9 0 8 1 2 3";

    assertEquals(3.75, Usage.cpuSeconds(stat));
  }

  @Test
  void memoryIsTheProportionalShare() {
    String rollup =
        """
        5600-7ffc ---p 00000000 00:00 0                          [rollup]
        Rss:              200000 kB
        Pss:              150000 kB
        Pss_Dirty:        140000 kB
        """;

    assertEquals(150_000L * 1024, Usage.memoryBytes(rollup));
    assertThrows(IllegalArgumentException.class, () -> Usage.memoryBytes("Rss: 1 kB"));
  }

  @Test
  void threadsAreThoseOfTheSystem() {
    assertEquals(17, Usage.threads("Name:\tjava\nThreads:\t17\nSigQ:\t0/96000\n"));
    assertThrows(IllegalArgumentException.class, () -> Usage.threads("Name:\tjava\n"));
  }

  @Test
  void theMachineIsBusyWhenItDoesNotIdleNorWaitForItsDisk() {
    Usage.Machine then = Usage.Machine.parse("cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 1 1 1\n");
    Usage.Machine now = Usage.Machine.parse("cpu  150 0 120 720 110 0 0 0 90 0\ncpu0 1 1 1 1\n");

    assertEquals(0.7, now.shareSince(then), 1e-9);
  }

  @Test
  void thisProcessHasSpentSomething() {
    List<Long> self = List.of(ProcessHandle.current().pid());

    assertTrue(Usage.cpuSeconds(self) > 0);
    assertTrue(Usage.memoryBytes(self) > 1 << 20);
    double compilers =
        Usage.compilerSeconds(self).values().stream().mapToDouble(Double::doubleValue).sum();
    assertTrue(compilers > 0 && compilers < Usage.cpuSeconds(self), () -> compilers + " s");
  }
}
