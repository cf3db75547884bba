package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminRefusal;
import io.mooring.cli.drain.DrainPhase;
import io.mooring.cli.drain.DrainPlan;
import io.mooring.cli.drain.DrainWatch;
import io.mooring.cli.drain.Terms;
import io.mooring.cli.terminal.Terminal;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      "Exit code 0 when the server was drained, 1 when it was lost or the drain was cancelled, 2"
          + " when it is the last ACTIVE one of its service and --last was not given; with --cancel,"
          + " 0 when the server takes new clients again, 1 when it has left, or leaves all the same."
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
  private static final int NOT_FOUND = 404;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Parameters(paramLabel = "SERVER", description = "The server's id, as `servers` shows it.")
  private String server = "";

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Clients a second, 1 to 100000. Default: 50, or as many as move all of them in 120 s if"
              + " that is more.")
  private @Nullable Integer rate;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      defaultValue = "300s",
      description =
          "When those who are still there are closed: 90s, 10m; 15s to 24h. Default: 300s.")
  private String deadline = "";

  @Option(names = "--dry-run", description = "Says what it would do, and changes nothing.")
  private boolean dryRun;

  @Option(
      names = "--last",
      description = "Also the last ACTIVE server of its service: nobody takes its clients then.")
  private boolean last;

  @Option(names = "--cancel", description = "Ends the drain; who was not told to go stays.")
  private boolean cancel;

  @Override
  public Integer call() {
    Terms terms = terms();
    AdminApi admin = reach.api(common);
    if (cancel) {
      return cancelled(admin, withdrawn(admin));
    }
    JsonNode plan = admin.startDrain(server, terms.rate(), terms.deadline(), true);
    if (dryRun) {
      return planned(admin, plan);
    }
    if (!last && plan.path("targets").isEmpty() && !drains(admin)) {
      common
          .terminal()
          .complain(
              "%s is the last ACTIVE server of its service: nobody would take its clients"
                  .formatted(server),
              "start another one first, or %s"
                  .formatted(common.command("drain %s --last".formatted(server))));
      return Mooring.USAGE;
    }
    return followed(admin, admin.startDrain(server, terms.rate(), terms.deadline(), false));
  }

  private Terms terms() {
    if (!server.matches("[A-Za-z0-9_-]+")) {
      throw new ParameterException(
          spec.commandLine(), "\"%s\" is no server's id; `servers` shows them".formatted(server));
    }
    try {
      return Terms.of(rate, deadline);
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()));
    }
  }

  /** Whether it does so already, and would only take other terms. */
  private boolean drains(AdminApi admin) {
    return admin.servers().stream()
        .anyMatch(known -> known.id().equals(server) && known.state().equals("DRAINING"));
  }

  private JsonNode withdrawn(AdminApi admin) {
    try {
      return admin.cancelDrain(server);
    } catch (AdminRefusal refused) {
      if (refused.status() == NOT_FOUND && hasDrained(admin)) {
        throw new CommandException(
            server + " has drained and left: nothing to cancel",
            common.command("dev start " + server));
      }
      throw refused;
    }
  }

  private boolean hasDrained(AdminApi admin) {
    try {
      return DrainPhase.in(admin.drain(server)) == DrainPhase.DRAINED;
    } catch (AdminRefusal neverDrained) {
      return false;
    }
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
    DrainWatch watch = watch(admin);
    Optional<DrainPhase> end =
        common.json()
            ? watch.passCancel(progress, common::printJson)
            : watch.followCancel(progress);
    if (end.isEmpty()) {
      terminal.complain(
          "%s cannot be kept: it was told to stop, and has asked for its drain again"
              .formatted(server),
          "nothing calls that off; %s brings it back when it has left"
              .formatted(common.command("dev start " + server)));
    }
    return end.equals(Optional.of(DrainPhase.CANCELLED)) ? 0 : 1;
  }

  private int planned(AdminApi admin, JsonNode plan) {
    if (common.json()) {
      common.printJson(plan);
      return 0;
    }
    Terminal terminal = common.terminal();
    DrainPlan.print(plan, terminal);
    for (JsonNode known : admin.serversAsJson().path("servers")) {
      if (known.path("id").asText().equals(server)) {
        Servers.refusal(known).ifPresent(terminal::warn);
      }
    }
    return 0;
  }

  private int followed(AdminApi admin, JsonNode progress) {
    Terminal terminal = common.terminal();
    Thread interrupted = new Thread(() -> sayThatItGoesOn(terminal));
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      DrainWatch watch = watch(admin);
      if (common.json()) {
        return ended(watch.pass(progress, common::printJson));
      }
      progress.path("warnings").forEach(warning -> terminal.warn(warning.asText()));
      return ended(watch.follow(progress));
    } finally {
      forget(interrupted);
    }
  }

  private int ended(DrainPhase phase) {
    if (phase == DrainPhase.LOST && !common.json()) {
      common
          .terminal()
          .next(
              "%s, if its process is frozen; %s, if it has ended"
                  .formatted(
                      common.command("dev resume " + server),
                      common.command("dev start " + server)));
    }
    return phase == DrainPhase.DRAINED ? 0 : 1;
  }

  private DrainWatch watch(AdminApi admin) {
    return new DrainWatch(
        admin,
        common.terminal(),
        "%s, or %s"
            .formatted(
                common.command("dev resume " + server), common.command("dev kill " + server)));
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
