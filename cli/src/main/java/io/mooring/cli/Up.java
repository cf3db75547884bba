package io.mooring.cli;

import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Distribution;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import io.mooring.cli.up.Supervisor;
import io.mooring.cli.up.Timeline;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mooring up}. */
@Command(
    name = "up",
    description = {
      "Starts the whole tier as processes of this machine and holds it.",
      "Valkey, control planes, auth-filters, app servers and Envoys. Envoy and Valkey are"
          + " fetched the first time. With MOORING_REDIS_URL set, that Redis is used instead of a"
          + " Valkey. Ctrl-C, `down`, or the end of this process in any way stops everything."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring up --servers 5",
      "  ./mooring up --control-planes 2                          another leads when one dies",
      "  ./mooring up --port-base 17000 --state-dir /tmp/second   a second tier beside the first",
      "  ./mooring up --detach && ./mooring servers",
      "  MOORING_REDIS_URL=redis://127.0.0.1:6379 ./mooring up"
    })
final class Up implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Option(
      names = "--control-planes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Control planes; one of them leads.")
  private int controlPlanes;

  @Option(
      names = "--auth-filters",
      paramLabel = "N",
      defaultValue = "2",
      description = "Auth-filters. Two, so that the edge survives the loss of one.")
  private int authFilters;

  @Option(names = "--servers", paramLabel = "N", defaultValue = "3", description = "App servers.")
  private int servers;

  @Option(names = "--envoys", paramLabel = "N", defaultValue = "2", description = "Envoys.")
  private int envoys;

  @Option(
      names = "--broker",
      paramLabel = "redis|memory",
      defaultValue = "redis",
      description = "How messages travel between app servers; memory keeps them inside each.")
  private Shape.Broker broker = Shape.Broker.REDIS;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      defaultValue = "7000",
      description = "Shifts every port by P - 7000.")
  private int portBase;

  @Option(names = "--detach", description = "Returns when the tier is ready; `down` stops it.")
  private boolean detach;

  @Option(
      names = "--peak",
      description = "JVMs as in production: they start later, and run faster when warm.")
  private boolean peak;

  @Option(names = "--timings", description = "Shows where the time of the start went.")
  private boolean timings;

  @Option(names = "--supervise", hidden = true)
  private boolean supervise;

  @Override
  public Integer call() throws InterruptedException {
    Timeline timeline = new Timeline();
    timeline.mark("launcher and JVM");
    Shape shape = shape();
    if (detach) {
      return new Detached(common.state(), Distribution.current(), common.terminal())
          .run(spec.commandLine().getParseResult().originalArgs());
    }
    StateFolder state = common.state();
    return supervise ? superviseFor(state, shape, timeline) : hold(state, shape, timeline);
  }

  private int hold(StateFolder state, Shape shape, Timeline timeline) throws InterruptedException {
    Terminal terminal = common.terminal();
    print(start(state, shape, timeline, terminal), terminal, timeline);
    new CountDownLatch(1).await();
    return 0;
  }

  private int superviseFor(StateFolder state, Shape shape, Timeline timeline)
      throws InterruptedException {
    Supervised supervised = new Supervised(state);
    supervised.watchParent();
    Terminal terminal = supervised.terminal(common.terminal());
    print(start(state, shape, timeline, terminal), terminal, timeline);
    supervised.ready();
    new CountDownLatch(1).await();
    return 0;
  }

  private Supervisor.Up start(
      StateFolder state, Shape shape, Timeline timeline, Terminal terminal) {
    return new Supervisor(
            shape,
            state,
            Distribution.current(),
            peak ? Distribution.Mode.PRODUCTION : Distribution.Mode.DEVELOPMENT,
            Tier.Patience.NORMAL,
            terminal,
            timeline)
        .start();
  }

  private Shape shape() {
    try {
      return new Shape(
          new Shape.Size(controlPlanes, authFilters, servers, envoys), broker, portBase, redis());
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()));
    }
  }

  /** The Redis that is used instead of a Valkey of the tier's own. */
  static Optional<String> redis() {
    return Optional.ofNullable(System.getenv("MOORING_REDIS_URL")).filter(url -> !url.isBlank());
  }

  private void print(Supervisor.Up up, Terminal terminal, Timeline timeline) {
    if (common.json()) {
      common.printJson(up.addresses());
      return;
    }
    if (timings) {
      up.timings().forEach(terminal.out()::println);
    }
    String warning =
        "development mode: open admin API, dev token issuer, self-made CA. Not for production"
            + " → docs/operations.md";
    terminal.out().println(terminal.yellow("┌ " + warning + " ┐"));
    up.text().forEach(text -> terminal.out().println(" " + text));
    terminal
        .out()
        .printf(
            " Next    %s · %s%n Up in   %.1f s · %s%n",
            common.command("demo clients 300"),
            common.command("servers"),
            timeline.elapsed().toMillis() / 1000.0,
            supervise ? common.command("down") + " stops all" : "Ctrl-C stops all");
  }
}
