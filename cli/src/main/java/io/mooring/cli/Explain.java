package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.terminal.Spans;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mooring explain}. */
@Command(
    name = "explain",
    description = {
      "Says where a connection would land if it came now, and why: its pin, the order of the other"
          + " servers, and whether the Envoys know them.",
      "Exit code 1 when it would land nowhere, or a server did not say which connections it has."
    },
    footer = {
      "",
      "Examples:",
      "  ./mooring explain wss://localhost:8443/ws/app-2/CONN",
      "  ./mooring explain $(./mooring connections -o id --limit 1)",
      "  ./mooring explain u17                  each connection of a user"
    })
final class Explain implements Callable<Integer> {
  @Mixin private Common common = new Common();
  @Mixin private Reach reach = new Reach();

  @Parameters(
      paramLabel = "URL|CONN|USER",
      description = "A pinned URL, a connection's id, or a user.")
  private String target = "";

  @Override
  public Integer call() {
    JsonNode answer = reach.api(common).explain(target);
    if (common.json()) {
      common.printJson(answer);
    } else {
      print(answer, common.terminal());
    }
    if (Unanswered.tell(answer, common.terminal())) {
      return 1;
    }
    for (JsonNode placement : answer.path("placements")) {
      if (!landsSomewhere(placement)) {
        return 1;
      }
    }
    return answer.path("placements").isEmpty() ? 1 : 0;
  }

  private void print(JsonNode answer, Terminal terminal) {
    if (answer.path("placements").isEmpty()) {
      terminal
          .out()
          .printf(
              " %s has no connection %s%n",
              terminal.bold(target),
              answer.path("unanswered").isEmpty() ? "now" : "on the servers that answered");
    }
    for (JsonNode placement : answer.path("placements")) {
      List<String> facts = facts(placement);
      facts.addAll(envoys(answer));
      terminal.out().println(" " + String.join(" · ", facts));
      terminal.out().println(hosts(placement, terminal));
      if (!placement.path("reason").asText("").isEmpty()) {
        terminal.out().println(" " + terminal.dim(placement.path("reason").asText()));
      }
    }
    int shown = answer.path("placements").size();
    long total = answer.path("total").asLong();
    if (shown < total) {
      terminal
          .out()
          .println(terminal.dim("%d of %d; explain CONN for another".formatted(shown, total)));
    }
  }

  private static List<String> facts(JsonNode placement) {
    List<String> facts = new ArrayList<>();
    if (placement.path("conn").isTextual()) {
      facts.add(placement.path("conn").asText());
    }
    if (placement.path("user").isTextual()) {
      String user = "user " + placement.path("user").asText();
      facts.add(
          placement.path("exp").isNumber()
              ? user + ", token ends " + until(placement.path("exp").asLong())
              : user);
    }
    facts.add("service " + placement.path("service").asText());
    JsonNode pin = placement.path("pin");
    facts.add(
        pin.isObject()
            ? "pin %s gen %d %s%s%s"
                .formatted(
                    pin.path("server").asText(),
                    pin.path("generation").asLong(),
                    pin.path("state").asText(),
                    pin.path("suspect").asBoolean() ? " SUSPECT" : "",
                    pin.path("in_endpoints").asBoolean() ? "" : " (not in the endpoints)")
            : "no pin");
    JsonNode live = placement.path("live");
    if (live.isObject()) {
      facts.add(
          "open on %s for %s"
              .formatted(
                  live.path("server").asText(),
                  Spans.text(Duration.ofMillis(live.path("age_ms").asLong()))));
    }
    return facts;
  }

  private static List<String> envoys(JsonNode answer) {
    List<String> envoys = new ArrayList<>();
    for (JsonNode envoy : answer.path("envoys")) {
      envoys.add(
          "%s rev %d %s"
              .formatted(
                  envoy.path("id").asText(),
                  envoy.path("revision").asLong(),
                  envoy.path("acked").asBoolean() ? "acked" : "not acked"));
    }
    return envoys.isEmpty() ? List.of() : List.of(String.join(", ", envoys));
  }

  private static String hosts(JsonNode placement, Terminal terminal) {
    StringBuilder line = new StringBuilder(" hosts");
    int place = 1;
    for (JsonNode host : placement.path("hosts")) {
      line.append("  %d %s (%s)".formatted(place++, host.path("server").asText(), why(host)));
    }
    if (place == 1) {
      line.append("  none");
    }
    return line
        + "        "
        + (placement.path("lands_on").isTextual()
            ? "would land on " + terminal.bold(placement.path("lands_on").asText())
            : landsSomewhere(placement)
                ? "would land on one of them"
                : terminal.red("would land nowhere"));
  }

  /** A first connect has no id yet, by which one of the hosts would come first. */
  private static boolean landsSomewhere(JsonNode placement) {
    return placement.path("lands_on").isTextual()
        || (placement.path("conn").isNull() && !placement.path("hosts").isEmpty());
  }

  private static String why(JsonNode host) {
    return host.path("why").asText().equals("pin") || !host.path("score").isNumber()
        ? host.path("why").asText()
        : String.format(Locale.ROOT, "%.2f", host.path("score").asDouble());
  }

  private static String until(long exp) {
    Duration left = Duration.between(Instant.now(), Instant.ofEpochSecond(exp));
    return left.isNegative() ? "ended" : "in " + Spans.text(left);
  }
}
