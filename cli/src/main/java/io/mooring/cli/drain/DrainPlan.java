package io.mooring.cli.drain;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.terminal.Terminal;

/** What a drain would do, without doing it. */
public final class DrainPlan {
  private DrainPlan() {}

  /**
   * @param plan the control plane's answer to a dry run
   */
  public static void print(JsonNode plan, Terminal terminal) {
    terminal
        .out()
        .printf(
            " %s would move %d connections%s, in %d s; deadline %d s%n",
            terminal.bold(plan.path("server").asText()),
            plan.path("connections").asLong(),
            rate(plan),
            Math.ceilDiv(plan.path("eta_ms").asLong(), 1000),
            plan.path("deadline_ms").asLong() / 1000);
    long weights = 0;
    for (JsonNode target : plan.path("targets")) {
      weights += target.path("weight").asLong();
    }
    Table table = new Table("TO", "WEIGHT", "SHARE");
    for (JsonNode target : plan.path("targets")) {
      long weight = target.path("weight").asLong();
      table.row(
          target.path("server").asText(),
          weight,
          "%d %%".formatted(Math.round(100.0 * weight / Math.max(1, weights))));
    }
    if (!plan.path("targets").isEmpty()) {
      table.lines().forEach(line -> terminal.out().println(" " + line));
    }
    for (JsonNode warning : plan.path("warnings")) {
      terminal.out().println(" " + terminal.yellow("‼") + " " + warning.asText());
    }
    terminal.out().println(" " + terminal.dim("nothing was changed"));
  }

  /** The server's own is what the time says that it takes. */
  private static String rate(JsonNode plan) {
    if (plan.path("rate").asLong() > 0) {
      return " at %d/s".formatted(plan.path("rate").asLong());
    }
    long millis = plan.path("eta_ms").asLong();
    return millis == 0
        ? ""
        : " at its own rate, %.0f/s".formatted(1000.0 * plan.path("connections").asLong() / millis);
  }
}
