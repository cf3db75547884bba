package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mooring servers}. */
@Command(
    name = "servers",
    description = "Shows the registered servers: state, lease, connections.",
    footer = {
      "",
      "Examples:",
      "  ./mooring servers",
      "  ./mooring servers -o json",
      "  MOORING_TOKEN=$(./mooring token new --role view) ./mooring servers --admin http://10.0.0.7:7070"
    })
final class Servers implements Callable<Integer> {
  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Override
  public Integer call() {
    JsonNode answer = reach.api(common).serversAsJson();
    if (common.json()) {
      common.printJson(answer);
      return 0;
    }
    Terminal terminal = common.terminal();
    Table table =
        new Table("ID", "STATE", "GEN", "ADDRESS", "WEIGHT", "RELEASE", "CONNECTIONS", "LEASE");
    for (JsonNode server : answer.path("servers")) {
      table.row(
          server.path("id").asText(),
          state(server),
          server.path("generation").asLong(),
          server.path("address").asText(),
          server.path("weight").asInt(),
          server.path("release").asText().isEmpty() ? "-" : server.path("release").asText(),
          server.path("connections").asLong(),
          "%.1f s ago".formatted(server.path("lease_age_ms").asLong() / 1000.0));
    }
    table.lines().forEach(terminal.out()::println);
    terminal.out().println(terminal.dim("revision " + answer.path("revision").asLong()));
    for (JsonNode server : answer.path("servers")) {
      refusal(server).ifPresent(terminal::warn);
    }
    return 0;
  }

  /** Why what was asked for in Redis is not done. */
  static Optional<String> refusal(JsonNode server) {
    String why = server.path("drain_error").asText("");
    return why.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: what asks for its drain is refused: %s"
                .formatted(server.path("id").asText(), why));
  }

  private static String state(JsonNode server) {
    String state = server.path("state").asText();
    int rate = server.path("drain").path("rate").asInt();
    return state
        + (rate > 0 ? " " + rate + "/s" : "")
        + (server.path("suspect").asBoolean() ? " SUSPECT" : "");
  }
}
