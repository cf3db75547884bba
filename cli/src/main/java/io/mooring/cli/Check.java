package io.mooring.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.check.Checks;
import io.mooring.cli.check.Finding;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Shape;
import java.util.List;
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
      "  MOORING_REDIS_URL=redis://127.0.0.1:6379 ./mooring check"
    })
final class Check implements Callable<Integer> {
  private enum Format {
    TEXT,
    JSON
  }

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "The same as -o, by the name that monitoring plugins use.")
  private Format format = Format.TEXT;

  @Option(
      names = "--port-base",
      paramLabel = "P",
      defaultValue = "7000",
      description = "Looks at the ports of this base.")
  private int portBase;

  @Override
  public Integer call() {
    List<Finding> findings = new Checks(common.state(), shape()).run();
    if (common.json() || format == Format.JSON) {
      common.printJson(json(findings));
    } else {
      print(findings, common.terminal());
    }
    return count(findings, Finding.Level.FAILED) == 0 ? 0 : 1;
  }

  private Shape shape() {
    try {
      return new Shape(Shape.Size.USUAL, Shape.Broker.REDIS, portBase, Up.redis());
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()));
    }
  }

  private static void print(List<Finding> findings, Terminal terminal) {
    for (Finding.Group group : Finding.Group.values()) {
      List<Finding> members =
          findings.stream().filter(finding -> finding.group() == group).toList();
      if (!members.isEmpty()) {
        terminal.out().println(terminal.bold(group.word()));
      }
      for (Finding finding : members) {
        terminal.out().println(" " + mark(finding.level(), terminal) + " " + finding.what());
        if (!finding.hint().isEmpty()) {
          terminal.out().println("   " + terminal.dim("→ ") + finding.hint());
        }
      }
    }
    terminal
        .out()
        .printf(
            "%d ok, %d warnings, %d failed%n",
            count(findings, Finding.Level.OK),
            count(findings, Finding.Level.WARNING),
            count(findings, Finding.Level.FAILED));
  }

  private static String mark(Finding.Level level, Terminal terminal) {
    return switch (level) {
      case OK -> terminal.green(level.mark());
      case WARNING -> terminal.yellow(level.mark());
      case FAILED -> terminal.red(level.mark());
    };
  }

  private static ObjectNode json(List<Finding> findings) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Finding.Level level : Finding.Level.values()) {
      json.put(level.word(), count(findings, level));
    }
    ArrayNode all = json.putArray("findings");
    for (Finding finding : findings) {
      all.addObject()
          .put("group", finding.group().word())
          .put("level", finding.level().word())
          .put("what", finding.what())
          .put("hint", finding.hint());
    }
    return json;
  }

  private static long count(List<Finding> findings, Finding.Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
