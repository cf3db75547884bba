package io.mooring.cli.up;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mooring.cli.CommandException;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Distribution;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the way of a start is said before anything is started. */
class SupervisorTest {
  @TempDir Path folder;

  @Test
  void aPortInUseIsNamedWithItsPartAndItsHolder() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      int base = port - Kind.APP.port("websocket", 1, 0);

      CommandException failure = failure(shape(base, Optional.empty()));

      String message = String.valueOf(failure.getMessage());
      String expected =
          "port %d (websocket of app-1) is in use by process %d ("
              .formatted(port, ProcessHandle.current().pid());
      assertTrue(message.contains(expected), message);
      assertTrue(failure.next().contains("--port-base " + (base + 10_000)), failure::next);
      assertTrue(Files.notExists(folder.resolve("log/valkey.log")));
    }
  }

  @Test
  void aRedisThatDoesNotAnswerIsNamedWithoutItsPassword() {
    CommandException failure = failure(shape(30_000, Optional.of("redis://:sesame@127.0.0.1:1")));

    String message = String.valueOf(failure.getMessage());
    assertTrue(
        message.startsWith("MOORING_REDIS_URL names redis://***@127.0.0.1:1, which cannot be used"),
        message);
  }

  @Test
  void aSecondTierInTheSameFolderIsRefusedUntilTheFirstIsGone() throws Exception {
    Process first =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertTrue(first.inputReader().readLine().startsWith("locked"));

    CommandException refused = failure(shape(30_000, Optional.empty()));

    assertEquals(
        "a tier is up already in %s (supervisor: process %d)".formatted(folder, first.pid()),
        refused.getMessage());
    assertTrue(refused.next().startsWith("./mooring down --state-dir " + folder));
    first.destroyForcibly().waitFor();
    CommandException other = failure(shape(30_000, Optional.of("redis://127.0.0.1:1")));
    assertTrue(String.valueOf(other.getMessage()).startsWith("MOORING_REDIS_URL"));
  }

  private CommandException failure(Shape shape) {
    Supervisor supervisor =
        new Supervisor(
            shape,
            new StateFolder(folder),
            new Distribution(folder),
            Distribution.Mode.PRODUCTION,
            Tier.Patience.NORMAL,
            Terminal.current(false),
            new Timeline());
    return assertThrows(CommandException.class, supervisor::start);
  }

  private static Shape shape(int base, Optional<String> redis) {
    return new Shape(new Shape.Size(1, 2, 1, 1), Shape.Broker.REDIS, base, redis);
  }
}
