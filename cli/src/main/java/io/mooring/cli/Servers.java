package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
  private static final String USUAL_ADMIN = "http://127.0.0.1:7070";

  @Mixin private Common common = new Common();

  @Option(
      names = "--admin",
      paramLabel = "URL",
      description = {
        "The control plane's HTTP address; default: that of the tier which is up.",
        "Where it is not open, the variable MOORING_TOKEN holds a token of role view."
      })
  private @Nullable URI admin;

  @Override
  public Integer call() {
    Optional<String> token = Optional.ofNullable(System.getenv("MOORING_TOKEN"));
    JsonNode answer = new AdminApi(admin == null ? usual() : admin, token).serversAsJson();
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
          server.path("state").asText() + (server.path("suspect").asBoolean() ? " SUSPECT" : ""),
          server.path("generation").asLong(),
          server.path("address").asText(),
          server.path("weight").asInt(),
          server.path("release").asText().isEmpty() ? "-" : server.path("release").asText(),
          server.path("connections").asLong(),
          "%.1f s ago".formatted(server.path("lease_age_ms").asLong() / 1000.0));
    }
    table.lines().forEach(terminal.out()::println);
    terminal.out().println(terminal.dim("revision " + answer.path("revision").asLong()));
    return 0;
  }

  private URI usual() {
    try (ControlClient supervisor = ControlClient.connect(common.state()).orElse(null)) {
      return URI.create(
          supervisor == null
              ? USUAL_ADMIN
              : supervisor.ask(new Request(Request.Verb.STATUS, "")).path("ui").asText());
    }
  }
}
