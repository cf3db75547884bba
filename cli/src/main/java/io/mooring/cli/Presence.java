package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.cli.admin.Http;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;
import io.mooring.token.Channels;
import io.mooring.token.Grant;
import io.mooring.token.TokenIssuer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mooring presence}. */
@Command(
    name = "presence",
    description = {
      "Says whether a user is online and on which servers, or who is in a room.",
      "That nobody is there is an answer: exit code 0."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring presence u17",
      "  ./mooring presence --room demo.lobby",
      "  ./mooring presence --room demo.lobby -o json --limit 1000"
    })
final class Presence implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(1);
  private static final int MOST_ROWS = 1000;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @ArgGroup(multiplicity = "1")
  private Whose whose = new Whose();

  /** One of them. */
  static final class Whose {
    @Parameters(paramLabel = "USER", description = "A user's id.")
    private @Nullable String user;

    @Option(names = "--room", paramLabel = "CHANNEL", description = "A channel.")
    private @Nullable String room;
  }

  @Option(names = "--tenant", paramLabel = "ID", description = "Whose user it is.")
  private @Nullable String tenant;

  @Option(
      names = "--after",
      paramLabel = "USER",
      description = "The members of a room whose ids come after this one.")
  private @Nullable String after;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many members, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--api",
      paramLabel = "URL",
      converter = Reach.HttpAddress.class,
      description = {
        "The HTTP API, http://host:port/api/v1. Default: that of the tier that is up in the state"
            + " folder.",
        "The variable MOORING_TOKEN holds a token that may ask; without it one is made with the"
            + " keys of the state folder."
      })
  private @Nullable URI api;

  @Override
  public Integer call() {
    if (limit < 1 || limit > MOST_ROWS) {
      throw new ParameterException(
          spec.commandLine(), "--limit %d: expected 1 to %d members".formatted(limit, MOST_ROWS));
    }
    String room = whose.room;
    JsonNode answer = room == null ? user(String.valueOf(whose.user)) : room(room);
    if (common.json()) {
      common.printJson(answer);
    } else if (common.ids()) {
      answer
          .path("members")
          .forEach(member -> common.terminal().out().println(member.path("user").asText()));
    } else if (room == null) {
      printUser(answer, common.terminal());
    } else {
      printRoom(answer, common.terminal());
    }
    return 0;
  }

  private JsonNode user(String id) {
    return get(
        "/presence/users/" + encoded(id) + (tenant == null ? "" : "?tenant=" + encoded(tenant)));
  }

  private JsonNode room(String channel) {
    return get(
        "/presence/rooms/"
            + encoded(channel)
            + "?limit="
            + limit
            + (after == null ? "" : "&after=" + encoded(after)));
  }

  private JsonNode get(String path) {
    StateFolder state = common.state();
    URI base = api == null ? usual(state) : api;
    URI uri = URI.create(base.toString().replaceAll("/+$", "") + path);
    try {
      Http.Answer answer = Http.get(uri, Optional.of(token(state)));
      if (answer.status() != 200) {
        throw refused(answer, state);
      }
      return JSON.readTree(answer.body());
    } catch (IOException silent) {
      throw new CommandException(
          "%s does not answer (%s)".formatted(base, silent), state.command("check"));
    }
  }

  private CommandException refused(Http.Answer answer, StateFolder state) throws IOException {
    JsonNode problem = JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    return new CommandException(
        "the API answered %d: %s"
            .formatted(answer.status(), problem.path("detail").asText(answer.body())),
        switch (answer.status()) {
          case 401, 403 ->
              "export MOORING_TOKEN=$(%s)"
                  .formatted(state.command("token new --role publisher --channels CHANNEL"));
          case 503 -> state.command("check");
          default -> "";
        });
  }

  private static URI usual(StateFolder state) {
    try (ControlClient supervisor = ControlClient.connect(state).orElse(null)) {
      if (supervisor != null) {
        JsonNode status = supervisor.ask(new Request(Request.Verb.STATUS, ""));
        return URI.create(status.path("api").asText());
      }
    }
    throw new CommandException(
        "no tier is up in " + state.root(),
        "%s, or name the API with --api URL".formatted(state.command("up")));
  }

  private String token(StateFolder state) {
    String given = System.getenv("MOORING_TOKEN");
    if (given != null) {
      return given;
    }
    List<String> rooms = whose.room == null ? List.of() : List.of(whose.room);
    try {
      Grant grant =
          new Grant(
              "cli", Optional.empty(), "publisher", new Channels(rooms, List.of()), TOKEN_LIFE);
      return TokenIssuer.read(new DevelopmentKeys(state.keys()).issuer(), InstantSource.system())
          .issue(grant);
    } catch (IllegalArgumentException unusable) {
      throw new ParameterException(spec.commandLine(), String.valueOf(unusable.getMessage()));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static void printUser(JsonNode answer, Terminal terminal) {
    StringBuilder servers = new StringBuilder();
    answer.path("servers").forEach(server -> servers.append(' ').append(server.asText()));
    terminal
        .out()
        .println(
            answer.path("online").asBoolean()
                ? "%s %s is online on%s"
                    .formatted(terminal.green("✔"), answer.path("user").asText(), servers)
                : "%s is offline".formatted(answer.path("user").asText()));
  }

  private static void printRoom(JsonNode answer, Terminal terminal) {
    Table table = new Table("USER", "INFO");
    for (JsonNode member : answer.path("members")) {
      table.row(
          member.path("user").asText(), member.has("info") ? member.path("info").toString() : "-");
    }
    table.lines().forEach(terminal.out()::println);
    int shown = answer.path("members").size();
    String more =
        answer.has("next") ? "; --after %s shows more".formatted(answer.path("next").asText()) : "";
    terminal
        .out()
        .println(terminal.dim("%d of %d%s".formatted(shown, answer.path("count").asInt(), more)));
  }
}
