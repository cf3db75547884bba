package io.mooring.cli;

import io.mooring.cli.admin.AdminException;
import io.mooring.cli.admin.AdminRefusal;
import io.mooring.cli.control.Refusal;
import io.mooring.cli.keys.CertificateException;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.process.Suggestion;
import io.mooring.programs.ProgramException;
import io.mooring.token.KeyFileException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code mooring}. Exit codes: 0 done, 1 failed, 2 not understood. */
@Command(
    name = "mooring",
    description =
        "A WebSocket edge: Envoy steered by a Java control plane, in front of app servers.",
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    footer = {
      "",
      "Examples:",
      "  ./mooring up                 the whole tier on this machine; Ctrl-C stops it",
      "  ./mooring token new          a token to connect with",
      "  ./mooring demo clients 300   clients on it, each message of which is counted",
      "  ./mooring dev kill app-2     kill -9; its clients come back on another server",
      "  ./mooring drain app-1        its clients move to others, and it leaves",
      "  ./mooring bench --list       what can be measured, beside peers",
      "  ./mooring up --help          more about a verb"
    })
public final class Mooring implements Runnable {
  private static final int FAILED = 1;
  static final int USAGE = 2;

  /** In the order in which the help lists them. */
  private static final Map<String, Supplier<Object>> VERBS = verbs();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  /** Without a verb. */
  @Override
  public void run() {
    CommandLine line = commandLine("");
    throw new ParameterException(line, line.getUsageMessage().stripTrailing());
  }

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs the command; what it prints goes to the process's own output. Returns the exit code. */
  static int execute(String... arguments) {
    return commandLine(arguments.length == 0 ? "" : arguments[0]).execute(arguments);
  }

  /**
   * Describing a verb costs some milliseconds, so only the one that is typed first is described;
   * all of them, when that is none.
   */
  private static CommandLine commandLine(String first) {
    CommandLine line = new CommandLine(new Mooring());
    VERBS.forEach(
        (name, verb) -> {
          if (name.equals(first) || !VERBS.containsKey(first)) {
            line.addSubcommand(name, verb.get());
          }
        });
    if (!VERBS.containsKey(first)) {
      line.addSubcommand(new HelpCommand());
    }
    line.setUsageHelpWidth(100);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> failed(failure, terminal(parsed.originalArgs()), parsed));
    line.setParameterExceptionHandler(
        (misunderstood, arguments) -> misunderstood(misunderstood, terminal(List.of(arguments))));
    return line;
  }

  private static Map<String, Supplier<Object>> verbs() {
    Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
    verbs.put("up", Up::new);
    verbs.put("down", Down::new);
    verbs.put("dev", Dev::new);
    verbs.put("demo", Demo::new);
    verbs.put("token", Token::new);
    verbs.put("servers", Servers::new);
    verbs.put("connections", Connections::new);
    verbs.put("presence", Presence::new);
    verbs.put("envoys", Envoys::new);
    verbs.put("explain", Explain::new);
    verbs.put("drain", Drain::new);
    verbs.put("check", Check::new);
    verbs.put("fetch", Fetch::new);
    verbs.put("train", Train::new);
    return verbs;
  }

  private static int failed(Exception failure, Terminal terminal, ParseResult command)
      throws Exception {
    StateFolder state = Common.state(command);
    switch (failure) {
      case CommandException known -> terminal.complain(message(known), known.next());
      case Refusal known -> terminal.complain(message(known), known.next());
      case AdminRefusal known -> terminal.complain(message(known), next(known, state));
      case AdminException known -> terminal.complain(message(known), Reach.next(command, state));
      case ProgramException known -> terminal.complain(message(known), state.command("check"));
      case KeyFileException known -> terminal.complain(message(known), state.command("check"));
      case CertificateException known ->
          terminal.complain(
              message(known),
              "put a usable file there, or move it away: %s makes a new one"
                  .formatted(state.command("up")));
      case UncheckedIOException known ->
          terminal.complain("%s (%s)".formatted(message(known), known.getCause()), "");
      default -> throw failure;
    }
    return FAILED;
  }

  private static String next(AdminRefusal refusal, StateFolder state) {
    return switch (refusal.status()) {
      case 401, 403 ->
          "export MOORING_TOKEN=$(%s)".formatted(state.command("token new --role operate"));
      case 404 -> state.command("servers");
      case 503 -> state.command("check");
      default -> "";
    };
  }

  private static int misunderstood(ParameterException failure, Terminal terminal) {
    CommandLine verb = failure.getCommandLine();
    String name = verb.getCommandSpec().qualifiedName();
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().getFirst();
      boolean option = word.startsWith("-");
      List<String> known = option ? options(verb) : new ArrayList<>(verb.getSubcommands().keySet());
      Optional<String> meant = Suggestion.nearest(word, known);
      terminal.complain(
          "%s has no %s \"%s\"%s"
              .formatted(
                  name,
                  option ? "option" : known.isEmpty() ? "argument" : "verb",
                  word,
                  meant.map(other -> "; did you mean " + other + "?").orElse("")),
          "./" + name + " --help");
    } else {
      terminal.complain(message(failure), "./" + name + " --help");
    }
    return USAGE;
  }

  private static List<String> options(CommandLine verb) {
    return verb.getCommandSpec().options().stream().map(option -> option.longestName()).toList();
  }

  private static Terminal terminal(List<String> arguments) {
    return Terminal.current(!arguments.contains("--no-color"));
  }

  private static String message(Exception failure) {
    return String.valueOf(failure.getMessage());
  }
}
