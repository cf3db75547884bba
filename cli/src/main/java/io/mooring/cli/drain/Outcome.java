package io.mooring.cli.drain;

import io.mooring.cli.terminal.Terminal;
import java.time.Duration;

/** How a drain ended, in one line. */
final class Outcome {
  private final Terminal terminal;

  Outcome(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * @param clients the most that the server was seen to have
   */
  String text(DrainProgress progress, long clients, Duration took) {
    String reason = progress.reason().isEmpty() ? "" : ": " + progress.reason();
    String server = terminal.bold(progress.server());
    return switch (progress.phase()) {
      case DRAINED ->
          " %s drained in %.1f s: %d connections moved, %d stragglers"
              .formatted(server, took.toMillis() / 1000.0, progress.total(), progress.stragglers());
      case CANCELLED ->
          " %s takes new clients again: the drain was cancelled after %d of %d had gone%s"
              .formatted(server, progress.gone(), clients, reason);
      case LOST ->
          " %s %s was lost before all had gone (%d of %d)%s"
              .formatted(terminal.red("✘"), server, progress.gone(), clients, reason);
      case REJECTED -> " %s %s is not drained%s".formatted(terminal.red("✘"), server, reason);
      case REQUESTED, REFUSING, MOVING, STRAGGLERS -> " %s goes on".formatted(server);
    };
  }
}
