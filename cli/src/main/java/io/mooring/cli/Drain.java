package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.drain.DrainPhase;
import io.mooring.cli.drain.DrainPlan;
import io.mooring.cli.drain.DrainWatch;
import io.mooring.cli.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mooring drain}. */
@Command(
    name = "drain",
    description = {
      "Moves the clients of a server to others, a few a second, and lets it leave when all have"
          + " gone. Nobody is cut: each client opens its new socket before it closes the old one.",
      "Shows how far it is until it is over. Ctrl-C ends the display, not the drain. Asked again"
          + " with other terms, a running drain takes those.",
      "Exit code 0 when the server was drained, 1 when it was lost or the drain was cancelled;"
          + " with --cancel, 0 when the server takes new clients again, 1 when it has left."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring drain app-1 --rate 20",
      "  ./mooring drain app-1 --rate 20 --dry-run    what it would do",
      "  ./mooring drain app-1 --deadline 10m         those who have not gone by then are closed",
      "  ./mooring drain --cancel app-1               it takes new clients again",
      "  ./mooring drain app-1 -o json                a line of JSON for each change"
    })
final class Drain implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Parameters(paramLabel = "SERVER", description = "The server's id, as `servers` shows it.")
  private String server = "";

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description = "Clients a second. Default: what the server chooses by their number.")
  private int rate;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      defaultValue = "300s",
      description = "When those who are still there are closed: 90s, 10m. Default: 300s.")
  private String deadline = "";

  @Option(names = "--dry-run", description = "Says what it would do, and changes nothing.")
  private boolean dryRun;

  @Option(names = "--cancel", description = "Ends the drain; who was not told to go stays.")
  private boolean cancel;

  @Override
  public Integer call() {
    if (rate < 0) {
      throw new ParameterException(
          spec.commandLine(), "--rate %d: expected 1 or more clients a second".formatted(rate));
    }
    AdminApi admin = reach.api(common);
    if (cancel) {
      return cancelled(admin, admin.cancelDrain(server));
    }
    JsonNode answer = admin.startDrain(server, rate, deadline, dryRun);
    return dryRun ? planned(answer) : followed(admin, answer);
  }

  private int cancelled(AdminApi admin, JsonNode progress) {
    Terminal terminal = common.terminal();
    if (!common.json() && !DrainPhase.in(progress).over()) {
      terminal
          .out()
          .printf(
              "the request for the drain of %s is withdrawn; it goes on until a leading control"
                  + " plane ends it%n",
              terminal.bold(server));
    }
    return watched(admin, progress) == DrainPhase.CANCELLED ? 0 : 1;
  }

  private int planned(JsonNode plan) {
    if (common.json()) {
      common.printJson(plan);
    } else {
      DrainPlan.print(plan, common.terminal());
    }
    return 0;
  }

  private int followed(AdminApi admin, JsonNode progress) {
    Terminal terminal = common.terminal();
    Thread interrupted = new Thread(() -> sayThatItGoesOn(terminal));
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      return watched(admin, progress) == DrainPhase.DRAINED ? 0 : 1;
    } finally {
      forget(interrupted);
    }
  }

  private DrainPhase watched(AdminApi admin, JsonNode progress) {
    DrainWatch watch = new DrainWatch(admin, common.terminal());
    return common.json() ? watch.pass(progress, common::printJson) : watch.follow(progress);
  }

  private void sayThatItGoesOn(Terminal terminal) {
    terminal
        .err()
        .printf(
            "%nthe drain of %s goes on; %s ends it%n",
            server, common.command("drain --cancel " + server));
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      return;
    }
  }
}
