package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Spans;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mooring connections}. */
@Command(
    name = "connections",
    description = {
      "Shows the open connections of all servers, or those that were closed.",
      "Servers that do not answer within a second are named, and the exit code is 1. That there is"
          + " no connection is an answer: exit code 0."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring connections --user u17",
      "  ./mooring connections --server app-2 --limit 1000",
      "  ./mooring connections --closed                      with close code and reason",
      "  ./mooring explain $(./mooring connections -o id --limit 1)"
    })
final class Connections implements Callable<Integer> {
  /** A control plane gives away no more at once. */
  private static final int MOST_ROWS = 1000;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Option(names = "--server", paramLabel = "ID", description = "Those of one server.")
  private @Nullable String server;

  @Option(names = "--user", paramLabel = "ID", description = "Those of one user.")
  private @Nullable String user;

  @Option(names = "--envoy", paramLabel = "ID", description = "Those that came by one Envoy.")
  private @Nullable String envoy;

  @Option(names = "--closed", description = "The last 1,000 of each server that were closed.")
  private boolean closed;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many rows, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  public Integer call() {
    if (limit < 1 || limit > MOST_ROWS) {
      throw new ParameterException(
          spec.commandLine(), "--limit %d: expected 1 to %d rows".formatted(limit, MOST_ROWS));
    }
    JsonNode answer = reach.api(common).connections(filter());
    if (common.json()) {
      common.printJson(answer);
    } else if (common.ids()) {
      answer
          .path("connections")
          .forEach(row -> common.terminal().out().println(row.path("conn").asText()));
    } else {
      print(answer, common.terminal());
    }
    return Unanswered.tell(answer, common.terminal()) ? 1 : 0;
  }

  private Map<String, String> filter() {
    Map<String, String> filter = new LinkedHashMap<>();
    put(filter, "server", server);
    put(filter, "user", user);
    put(filter, "envoy", envoy);
    if (closed) {
      filter.put("closed", "true");
    }
    filter.put("limit", Integer.toString(limit));
    return filter;
  }

  private static void put(Map<String, String> filter, String name, @Nullable String value) {
    if (value != null) {
      filter.put(name, value);
    }
  }

  private void print(JsonNode answer, Terminal terminal) {
    Table table =
        closed
            ? new Table("CONN", "SERVER", "USER", "ENVOY", "AGE", "CLOSED", "CODE", "REASON")
            : new Table(
                "CONN", "SERVER", "USER", "ROLE", "ENVOY", "AGE", "CHANNELS", "QUEUED", "EXPIRES");
    for (JsonNode row : answer.path("connections")) {
      String user = row.path("user").asText() + tenant(row);
      if (closed) {
        table.row(
            row.path("conn").asText(),
            row.path("server").asText(),
            user,
            row.path("envoy").asText(),
            millis(row, "age_ms"),
            millis(row, "closed_ms_ago") + " ago",
            row.path("code").asInt(),
            row.path("reason").asText());
      } else {
        table.row(
            row.path("conn").asText(),
            row.path("server").asText(),
            user,
            row.path("role").asText(),
            row.path("envoy").asText(),
            millis(row, "age_ms"),
            row.path("channels").asInt(),
            row.path("queued_bytes").asLong() + " B",
            expiry(row));
      }
    }
    table.lines().forEach(terminal.out()::println);
    int shown = answer.path("connections").size();
    long total = answer.path("total").asLong();
    terminal
        .out()
        .println(
            terminal.dim(
                shown < total
                    ? "%d of %d; %s"
                        .formatted(
                            shown,
                            total,
                            shown < MOST_ROWS
                                ? "--limit shows more"
                                : "--server, --user and --envoy choose")
                    : "%d %s".formatted(total, closed ? "closed" : "open")));
  }

  private static String tenant(JsonNode row) {
    return row.path("tenant").isTextual() ? "@" + row.path("tenant").asText() : "";
  }

  private static String millis(JsonNode row, String field) {
    return Spans.text(Duration.ofMillis(row.path(field).asLong()));
  }

  private static String expiry(JsonNode row) {
    if (!row.path("exp").isNumber()) {
      return "-";
    }
    Duration left =
        Duration.between(Instant.now(), Instant.ofEpochSecond(row.path("exp").asLong()));
    return left.isNegative() ? "expired" : "in " + Spans.text(left);
  }
}
