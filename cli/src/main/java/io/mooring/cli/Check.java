package io.mooring.cli;

import io.mooring.cli.check.Checks;
import io.mooring.cli.check.Report;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Kind;
import io.mooring.cli.tier.Shape;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mooring check}. */
@Command(
    name = "check",
    description = {
      "Looks at this machine, and at the tier if one is up: what is, or would be, in the way.",
      "Exit code 1 if something is (✘); warnings (‼) do not count."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring check",
      "  ./mooring check --format json",
      "  ./mooring check --format nagios                       for monitoring",
      "  ./mooring check --sockets 50000                       would they fit?",
      "  MOORING_REDIS_URL=redis://127.0.0.1:6379 ./mooring check"
    })
final class Check implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Option(
      names = "--format",
      paramLabel = "text|json|nagios|prometheus",
      defaultValue = "text",
      description =
          "nagios: a short line, then one for each finding; exit code 0, 1 for warnings, 2 for"
              + " failures. prometheus: for the text"
              + " file collector. Default: ${DEFAULT-VALUE}.")
  private Report.Format format = Report.Format.TEXT;

  @Option(
      names = "--sockets",
      paramLabel = "N",
      defaultValue = "5000",
      description = "How many one Envoy is to hold. Default: ${DEFAULT-VALUE}.")
  private int sockets;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      description =
          "Looks at the ports of this base. Default: that of the last `up` in the state folder, else"
              + " 7000.")
  private @Nullable Integer portBase;

  @Override
  public Integer call() {
    if (sockets < 1) {
      throw new ParameterException(
          spec.commandLine(), "--sockets %d: expected 1 or more".formatted(sockets));
    }
    Report report = new Report(new Checks(common.state(), shape(), sockets).run());
    Report.Format chosen = common.json() ? Report.Format.JSON : format;
    Terminal terminal = common.terminal();
    report.lines(chosen, terminal).forEach(terminal.out()::println);
    return report.exitCode(chosen);
  }

  private Shape shape() {
    try {
      return new Shape(Shape.Size.USUAL, Shape.Broker.REDIS, base(), Up.redis());
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()));
    }
  }

  private int base() {
    return portBase == null ? common.state().portBase().orElse(Kind.STANDARD_BASE) : portBase;
  }
}
