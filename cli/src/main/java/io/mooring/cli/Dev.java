package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.control.Request.Verb;
import io.mooring.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mooring dev}: faults and growth for the running tier. */
@Command(
    name = "dev",
    description = {
      "Kills, freezes and starts parts of the running tier, and adds app servers.",
      "NAME is that of any process: app-2, edge-1, auth-2, control-1, valkey."
    },
    synopsisSubcommandLabel = "kill|term|freeze|resume|start|add",
    footer = {
      "",
      "Examples:",
      "  ./mooring dev kill app-2       kill -9",
      "  ./mooring dev start app-2      and back again",
      "  ./mooring dev term app-2       SIGTERM: it moves its clients, then ends",
      "  ./mooring dev freeze auth-1    SIGSTOP: it holds its ports and answers nothing",
      "  ./mooring dev add              one more app server"
    })
final class Dev implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "dev needs one of kill, term, freeze, resume, start, add");
  }

  @Command(
      name = "kill",
      description = "kill -9: the process is gone, its sockets are reset.",
      footer = {"", "Example: ./mooring dev kill app-2"})
  int kill(@Mixin Common options, @Parameters(paramLabel = "NAME") String name) {
    JsonNode part = options.ask(Verb.KILL, name);
    return say(options, part, "killed", options.command("dev start " + name));
  }

  @Command(
      name = "term",
      description = {
        "SIGTERM: the process ends in order. A server moves its clients to others first.",
        "A second one ends it at once."
      },
      footer = {"", "Example: ./mooring dev term app-2"})
  int term(@Mixin Common options, @Parameters(paramLabel = "NAME") String name) {
    JsonNode part = options.ask(Verb.TERM, name);
    return say(options, part, "was sent SIGTERM", options.command("servers"));
  }

  @Command(
      name = "freeze",
      description = "SIGSTOP: it accepts connections and answers nothing.",
      footer = {"", "Example: ./mooring dev freeze auth-1"})
  int freeze(@Mixin Common options, @Parameters(paramLabel = "NAME") String name) {
    JsonNode part = options.ask(Verb.FREEZE, name);
    return say(options, part, "frozen", options.command("dev resume " + name));
  }

  @Command(
      name = "resume",
      description = "SIGCONT: a frozen process goes on.",
      footer = {"", "Example: ./mooring dev resume auth-1"})
  int resume(@Mixin Common options, @Parameters(paramLabel = "NAME") String name) {
    return say(options, options.ask(Verb.RESUME, name), "running again", "");
  }

  @Command(
      name = "start",
      description = "Starts a process that has ended, and awaits it.",
      footer = {"", "Example: ./mooring dev start app-2"})
  int start(@Mixin Common options, @Parameters(paramLabel = "NAME") String name) {
    return say(options, options.ask(Verb.START, name), "ready", "");
  }

  @Command(
      name = "add",
      description = "Starts one more app server, and awaits that it is ACTIVE.",
      footer = {"", "Example: ./mooring dev add"})
  int add(
      @Mixin Common options,
      @Parameters(
              paramLabel = "NAME",
              arity = "0..1",
              defaultValue = "",
              description = "The next one's, if given.")
          String name) {
    return say(options, options.ask(Verb.ADD, name), "ACTIVE", options.command("servers"));
  }

  private static int say(Common options, JsonNode part, String what, String next) {
    if (options.json()) {
      options.printJson(part);
      return 0;
    }
    Terminal terminal = options.terminal();
    terminal
        .out()
        .printf(
            "%s %s (process %d)%s%n",
            terminal.bold(part.path("name").asText()),
            what,
            part.path("pid").asLong(),
            next.isEmpty() ? "" : terminal.dim("   next: " + next));
    return 0;
  }
}
