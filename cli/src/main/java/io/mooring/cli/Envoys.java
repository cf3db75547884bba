package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Spans;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mooring envoys}. */
@Command(
    name = "envoys",
    description = {
      "Shows what each Envoy was sent and has acknowledged, a row for each type of resource, and"
          + " which Envoys are missing.",
      "Exit code 1 when one is missing or has refused something."
    },
    footer = {"", "Examples:", "  ./mooring envoys", "  ./mooring envoys -o json"})
final class Envoys implements Callable<Integer> {
  private static final int SHORT = 8;

  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Override
  public Integer call() {
    JsonNode answer = reach.api(common).envoysAsJson();
    if (common.json()) {
      common.printJson(answer);
    } else {
      print(answer, common.terminal());
    }
    for (JsonNode envoy : answer.path("envoys")) {
      if (missing(envoy) || refused(envoy)) {
        return 1;
      }
    }
    return 0;
  }

  private static void print(JsonNode answer, Terminal terminal) {
    Table table =
        new Table("ENVOY", "REPLICA", "STATE", "REV", "TYPE", "SENT", "ACKED", "AGE", "NACK");
    for (JsonNode envoy : answer.path("envoys")) {
      String id = envoy.path("id").asText();
      String replica = envoy.path("replica").asText("-");
      long revision = envoy.path("acked_revision").asLong();
      String state = state(envoy);
      if (envoy.path("types").isEmpty()) {
        table.row(id, replica, state, revision, "-", "-", "-", "-", "-");
      }
      for (JsonNode type : envoy.path("types")) {
        table.row(
            id,
            replica,
            state,
            revision,
            type.path("type").asText(),
            version(type, "sent"),
            version(type, "acked"),
            age(type.path("ack_age_ms")),
            word(type, "nack"));
      }
    }
    table.lines().forEach(terminal.out()::println);
    for (JsonNode envoy : answer.path("envoys")) {
      if (missing(envoy)) {
        terminal
            .out()
            .printf(
                "%s %s is missing: seen %s ago, not connected to any control plane now%n",
                terminal.red("✘"), envoy.path("id").asText(), age(envoy.path("seen_ms_ago")));
      }
    }
    terminal.out().println(terminal.dim("revision " + answer.path("revision").asLong()));
  }

  private static String state(JsonNode envoy) {
    if (missing(envoy)) {
      return "MISSING";
    }
    return envoy.path("in_sync").asBoolean() ? "in sync" : "behind";
  }

  private static boolean missing(JsonNode envoy) {
    return envoy.path("missing").asBoolean(!envoy.path("connected").asBoolean());
  }

  private static boolean refused(JsonNode envoy) {
    for (JsonNode type : envoy.path("types")) {
      if (!type.path("nack").asText().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static String word(JsonNode row, String field) {
    String text = row.path(field).asText();
    return text.isEmpty() ? "-" : text;
  }

  /** Enough of a hash to tell it from another. */
  private static String version(JsonNode row, String field) {
    String text = word(row, field);
    return text.length() <= SHORT ? text : text.substring(0, SHORT);
  }

  private static String age(JsonNode millis) {
    return millis.isNumber() ? Spans.text(Duration.ofMillis(millis.asLong())) : "-";
  }
}
