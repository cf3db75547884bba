package io.mooring.cli;

import io.mooring.cli.check.Checks;
import io.mooring.cli.check.Report;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Shape;
import java.util.concurrent.Callable;
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
          "nagios: one line, exit code 0, 1 for warnings, 2 for failures. prometheus: for the text"
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
      defaultValue = "7000",
      description = "Looks at the ports of this base.")
  private int portBase;

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
      return new Shape(Shape.Size.USUAL, Shape.Broker.REDIS, portBase, Up.redis());
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()));
    }
  }
}
