package io.mooring.cli.state;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir Path folder;
  private StateFolder state = new StateFolder(Path.of("."));

  @BeforeEach
  void create() {
    state = new StateFolder(folder).create();
  }

  @Test
  void aProcessThatWasLeftIsKilled() throws IOException {
    Process left = new ProcessBuilder("sleep", "1000").start();
    Leftovers.remember(state, "app-1", left.pid());

    assertEquals(List.of("app-1"), Leftovers.end(state));

    await().until(() -> !left.isAlive());
    assertEquals(List.of(), Leftovers.end(state));
  }

  @Test
  void aProcessThatOnlyHasTheSamePidIsLeftAlone() throws IOException {
    Process other = new ProcessBuilder("sleep", "1000").start();
    Files.writeString(state.run().resolve("app-1.pid"), other.pid() + " 2001-01-01T00:00:00Z");

    assertEquals(List.of(), Leftovers.end(state));

    assertTrue(other.isAlive());
    other.destroyForcibly();
  }

  @Test
  void aProcessThatEndedInOrderIsForgotten() throws IOException {
    Process ended = new ProcessBuilder("sleep", "1000").start();
    Leftovers.remember(state, "app-1", ended.pid());

    Leftovers.forget(state, "app-1");

    assertEquals(List.of(), Leftovers.end(state));
    assertTrue(ended.isAlive());
    ended.destroyForcibly();
  }
}
