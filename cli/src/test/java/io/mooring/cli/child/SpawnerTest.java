package io.mooring.cli.child;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpawnerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path folder;

  @Test
  void childrenDieWithAParentThatIsKilledTheFrozenOneToo() throws IOException {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Family.class.getName(),
                log().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8));
    List<Long> children = Arrays.stream(output.readLine().split(" ")).map(Long::valueOf).toList();
    assertTrue(children.stream().allMatch(SpawnerTest::isAlive));

    parent.destroyForcibly();

    await().atMost(PATIENCE).until(() -> children.stream().noneMatch(SpawnerTest::isAlive));
  }

  @Test
  void childrenDieWithTheThreadThatForkedThem() {
    Spawner spawner = new Spawner();
    Child child = Child.start(spawner, List.of("sleep", "1000"), Map.of(), log());
    await()
        .until(() -> Files.readString(Path.of("/proc/" + child.pid() + "/comm")).equals("sleep\n"));

    spawner.close();

    assertTrue(child.awaitEnd(PATIENCE));
  }

  @Test
  void aChildWhoseParentDiedBeforeTheSignalWasArmedEndsByItself() throws Exception {
    String someoneElse = "1";

    Process orphan =
        new ProcessBuilder("/bin/sh", "-c", Spawner.ONLY_UNDER_PARENT, someoneElse, "sleep", "1000")
            .start();

    assertNotEquals(0, orphan.waitFor());
  }

  @Test
  void aChildIsNotInTheProcessGroupThatTheTerminalInterrupts() {
    try (Spawner spawner = new Spawner()) {
      Child child = Child.start(spawner, List.of("sleep", "1000"), Map.of(), log());

      await().atMost(PATIENCE).until(() -> group(child.pid()) == child.pid());
    }
  }

  @Test
  void theLogTakesBothOutputsAndTheConfigurationOfThisProcessIsNotPassedOn() throws IOException {
    try (Spawner spawner = new Spawner()) {
      Child child =
          Child.start(
              spawner,
              List.of("/bin/sh", "-c", "echo out; echo err >&2; env"),
              Map.of("MOORING_NAME", "app-7"),
              log());

      assertTrue(child.awaitEnd(PATIENCE));

      List<String> lines = Files.readAllLines(log());
      assertEquals(List.of("out", "err"), lines.subList(0, 2));
      assertTrue(lines.contains("MOORING_NAME=app-7"));
    }
  }

  @Test
  void aFrozenChildIsSeenAsFrozenAndGoesOnWhenResumed() {
    try (Spawner spawner = new Spawner()) {
      Child child = Child.start(spawner, List.of("sleep", "1000"), Map.of(), log());
      assertEquals(Child.State.RUNNING, child.state());

      child.freeze();
      assertEquals(Child.State.FROZEN, child.state());

      child.resume();
      assertEquals(Child.State.RUNNING, child.state());

      child.kill();
      assertEquals(Child.State.EXITED, child.state());
      assertEquals(137, child.exitCode());
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamedInTheLog() {
    try (Spawner spawner = new Spawner()) {
      Child child = Child.start(spawner, List.of("/no/such/program"), Map.of(), log());

      assertTrue(child.awaitEnd(PATIENCE));

      assertFalse(child.exitCode() == 0);
      assertTrue(LogTail.lines(log(), 3).toString().contains("/no/such/program"));
    }
  }

  private Path log() {
    return folder.resolve("child.log");
  }

  /** A dead process that init has not waited for yet has no command any more. */
  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  private static long group(long pid) throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/" + pid + "/stat")).split(" ")[4]);
  }
}
