package io.mooring.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.state.Leftovers;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.state.TierLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mooring down}. */
@Command(
    name = "down",
    description = "Stops the tier that `up` started: Envoys first, then the rest.",
    footer = {"", "Examples:", "  ./mooring down", "  ./mooring down --state-dir /tmp/second"})
final class Down implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(12);

  @Mixin private Common common = new Common();

  @Override
  public Integer call() throws InterruptedException {
    StateFolder state = common.state();
    boolean stopped;
    try (ControlClient supervisor = ControlClient.connect(state).orElse(null)) {
      stopped = supervisor != null;
      if (supervisor != null) {
        stop(supervisor, state);
      }
    }
    List<String> ended = endLeftovers(state);
    if (common.json()) {
      common.printJson(
          JsonNodeFactory.instance.objectNode().put("stopped", stopped || !ended.isEmpty()));
    } else {
      common
          .terminal()
          .out()
          .println(
              stopped
                  ? "stopped"
                  : ended.isEmpty()
                      ? "no tier is up in " + state.root()
                      : "ended what an earlier tier had left: " + String.join(", ", ended));
    }
    return 0;
  }

  /** A supervisor that does not end in time is killed; its children die with it. */
  private static void stop(ControlClient supervisor, StateFolder state)
      throws InterruptedException {
    CompletableFuture<Void> gone =
        CompletableFuture.runAsync(
            () -> {
              supervisor.ask(new Request(Request.Verb.DOWN, ""));
              supervisor.awaitEnd();
            });
    try {
      gone.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException hangs) {
      TierLock.lastHolder(state).stream()
          .mapToObj(ProcessHandle::of)
          .flatMap(Optional::stream)
          .forEach(
              process -> {
                process.destroyForcibly();
                process.onExit().join();
              });
    } catch (ExecutionException failed) {
      throw new CommandException(
          "the supervisor could not be told to stop: " + failed.getMessage(), "./mooring down");
    }
  }

  private static List<String> endLeftovers(StateFolder state) {
    if (!Files.isDirectory(state.run())) {
      return List.of();
    }
    try (TierLock lock = TierLock.take(state).orElse(null)) {
      return lock == null ? List.of() : Leftovers.end(state);
    }
  }
}
