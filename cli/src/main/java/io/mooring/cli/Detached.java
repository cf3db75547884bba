package io.mooring.cli;

import io.mooring.cli.control.ControlClient;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.state.TierLock;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code up --detach}: the same command again as a session of its own, whose output passes through
 * here until it closes it ({@link Supervised}), which says that the tier is ready.
 */
final class Detached {
  private final StateFolder state;
  private final Distribution distribution;
  private final Terminal terminal;

  Detached(StateFolder state, Distribution distribution, Terminal terminal) {
    this.state = state;
    this.distribution = distribution;
    this.terminal = terminal;
  }

  /** Returns the exit code of a supervisor that failed, or 0 when it is ready. */
  int run(List<String> arguments) throws InterruptedException {
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(distribution.command(Distribution.Program.CLI, Distribution.Mode.PRODUCTION));
    int main = command.size() - 1;
    for (String name : List.of("root", "live", "color", "columns", "started")) {
      String property = "mooring." + name;
      if (System.getProperty(property) != null) {
        command.add(main, "-D%s=%s".formatted(property, System.getProperty(property)));
      }
    }
    command.addAll(arguments.stream().filter(word -> !word.equals("--detach")).toList());
    command.add("--supervise");
    try {
      Process supervisor = new ProcessBuilder(command).start();
      Thread errors =
          Thread.ofPlatform()
              .daemon(true)
              .start(() -> copy(supervisor.getErrorStream(), terminal.err()));
      copy(supervisor.getInputStream(), terminal.out());
      errors.join();
      try (ControlClient reached = ControlClient.connect(state).orElse(null)) {
        boolean itsTier =
            TierLock.lastHolder(state).stream().anyMatch(holder -> holder == supervisor.pid());
        return reached != null && itsTier ? 0 : supervisor.waitFor();
      }
    } catch (IOException failed) {
      throw new CommandException("cannot start a supervisor: " + failed.getMessage(), "");
    }
  }

  private static void copy(InputStream from, OutputStream to) {
    try {
      from.transferTo(to);
      to.flush();
    } catch (IOException broken) {
      throw new UncheckedIOException("the supervisor's output cannot be shown", broken);
    }
  }
}
