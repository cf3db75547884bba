package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgramTest {
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void aProcessThatHasNothingLeftToDoEndsByItself() throws Exception {
    Process process = start("--ends=by-itself");
    BufferedReader said = process.errorReader();

    assertEquals("started", said.readLine());
    assertEquals("closed", said.readLine());
    assertEquals(0, exit(process));
  }

  @Test
  void aProcessThatIsToldFinishesBeforeItIsClosed() throws Exception {
    Process process = start("--ends=when-told");
    BufferedReader said = process.errorReader();
    assertEquals("started", said.readLine());

    terminate(process);

    assertEquals("told", said.readLine());
    assertEquals("closed", said.readLine());
    assertEquals(0, exit(process));
  }

  @Test
  void aSecondSignalEndsAProcessAtOnce() throws Exception {
    Process process = start("--ends=never");
    BufferedReader said = process.errorReader();
    assertEquals("started", said.readLine());
    terminate(process);
    assertEquals("told", said.readLine());

    terminate(process);

    assertNull(said.readLine());
    assertEquals(143, exit(process));
  }

  private Process start(String flag) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Errand.class.getName(),
                flag)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    started.add(process);
    return process;
  }

  /** By its handle: {@link Process#destroy} would also close what is read here. */
  private static void terminate(Process process) {
    process.toHandle().destroy();
  }

  private static int exit(Process process) throws InterruptedException {
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    return process.exitValue();
  }
}
