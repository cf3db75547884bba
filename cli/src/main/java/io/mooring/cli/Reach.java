package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.state.StateFolder;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The option of the verbs that ask a control plane: which. */
final class Reach {
  private static final String OPTION = "--admin";
  private static final URI USUAL_ADMIN = URI.create("http://127.0.0.1:7070");

  @Option(
      names = OPTION,
      paramLabel = "URL",
      split = ",",
      converter = HttpAddress.class,
      description = {
        "The control planes' HTTP addresses, commas between; one that does not answer is left for"
            + " the next. Default: those of the tier that is up in the state folder;"
            + " http://127.0.0.1:7070 where `up` has never been used.",
        "Where they are not open, the variable MOORING_TOKEN holds a token of role view, or of role"
            + " operate for a verb that changes something."
      })
  private List<URI> admin = new ArrayList<>();

  AdminApi api(Common common) {
    return new AdminApi(
        admin.isEmpty() ? usual(common.state()) : admin,
        Optional.ofNullable(System.getenv("MOORING_TOKEN")));
  }

  private static List<URI> usual(StateFolder state) {
    Optional<JsonNode> status = status(state);
    if (status.isPresent()) {
      return addresses(status.get());
    }
    if (state.usual() && !Files.exists(state.run())) {
      return List.of(USUAL_ADMIN);
    }
    throw new CommandException(
        "no tier is up in " + state.root(),
        "%s, or name the control planes with %s URL".formatted(state.command("up"), OPTION));
  }

  /** What to do when no control plane answered the command. */
  static String next(ParseResult command, StateFolder state) {
    ParseResult verb = command;
    while (verb.hasSubcommand()) {
      verb = verb.subcommand();
    }
    if (verb.hasMatchedOption(OPTION)) {
      return "see that a control plane serves HTTP there, or leave %s out".formatted(OPTION);
    }
    return status(state).map(status -> revival(status, state)).orElseGet(() -> state.command("up"));
  }

  private static String revival(JsonNode status, StateFolder state) {
    for (JsonNode process : status.path("processes")) {
      String name = process.path("name").asText();
      String found = process.path("state").asText();
      if (name.startsWith("control-") && !found.equals("running")) {
        return state.command(
            "dev %s %s".formatted(found.equals("frozen") ? "resume" : "start", name));
      }
    }
    return state.command("check");
  }

  private static Optional<JsonNode> status(StateFolder state) {
    try (ControlClient supervisor = ControlClient.connect(state).orElse(null)) {
      return supervisor == null
          ? Optional.empty()
          : Optional.of(supervisor.ask(new Request(Request.Verb.STATUS, "")));
    }
  }

  private static List<URI> addresses(JsonNode status) {
    List<URI> addresses = new ArrayList<>();
    for (JsonNode controlPlane : status.path("controlPlanes")) {
      addresses.add(URI.create(controlPlane.path("http").asText()));
    }
    return addresses;
  }

  /** One that a request can be sent to. */
  static final class HttpAddress implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      if (!text.matches("https?://[^/?#]+(/.*)?")) {
        throw unusable(text);
      }
      try {
        return URI.create(text);
      } catch (IllegalArgumentException malformed) {
        throw unusable(text);
      }
    }

    private static TypeConversionException unusable(String text) {
      return new TypeConversionException(text + " is no address; expected http://host:port");
    }
  }
}
