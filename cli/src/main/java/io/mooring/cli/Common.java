package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Distribution;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that every verb takes. */
final class Common {
  private static final String STATE_DIR = "--state-dir";

  /** How a verb answers. */
  enum Format {
    TABLE,
    JSON,
    /** Of what is listed, the ids alone. */
    ID
  }

  /** In whichever case. */
  static final class FormatWord implements ITypeConverter<Format> {
    @Override
    public Format convert(String word) {
      return Arrays.stream(Format.values())
          .filter(format -> format.name().equalsIgnoreCase(word))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      word + " is not known; expected table or json, of connections also id"));
    }
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec verb = CommandSpec.create();

  private Format format = Format.TABLE;

  @Option(names = "--no-color", description = "No colours; the variable NO_COLOR says the same.")
  private boolean noColor;

  @Option(
      names = STATE_DIR,
      paramLabel = "DIR",
      description = "Where the tier keeps configuration, logs, keys and data; .mooring if absent.")
  private @Nullable Path stateDir;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this help.")
  private boolean help;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      converter = FormatWord.class,
      description =
          "How to answer: for people, or one line of JSON; `connections` also takes id, for the ids"
              + " alone. Default: ${DEFAULT-VALUE}.",
      defaultValue = "table")
  void format(Format chosen) {
    if (chosen == Format.ID && !(verb.userObject() instanceof Connections)) {
      throw new ParameterException(
          verb.commandLine(), "-o id: %s takes table or json".formatted(verb.qualifiedName()));
    }
    format = chosen;
  }

  /** Whether the ids alone are asked for. */
  boolean ids() {
    return format == Format.ID;
  }

  boolean json() {
    return format == Format.JSON;
  }

  Terminal terminal() {
    return Terminal.current(!noColor);
  }

  StateFolder state() {
    return state(stateDir);
  }

  /** That of a command whose options are not at hand. */
  static StateFolder state(ParseResult command) {
    ParseResult verb = command;
    while (verb.hasSubcommand()) {
      verb = verb.subcommand();
    }
    return state(verb.<@Nullable Path>matchedOptionValue(STATE_DIR, null));
  }

  private static StateFolder state(@Nullable Path chosen) {
    return chosen == null
        ? new StateFolder(Distribution.current().root().resolve(".mooring"), true)
        : new StateFolder(chosen);
  }

  /** How another verb is typed for the tier that this command speaks of. */
  String command(String verb) {
    return state().command(verb);
  }

  /**
   * Asks the supervisor of the tier.
   *
   * @throws CommandException if there is none
   */
  JsonNode ask(Request.Verb verb, String name) {
    StateFolder state = state();
    try (ControlClient supervisor =
        ControlClient.connect(state)
            .orElseThrow(
                () -> new CommandException("no tier is up in " + state.root(), command("up")))) {
      return supervisor.ask(new Request(verb, name));
    }
  }

  /** Prints the answer for programs, if that is what was asked for. */
  void printJson(JsonNode answer) {
    terminal().out().println(answer);
  }
}
