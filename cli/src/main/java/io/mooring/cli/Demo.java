package io.mooring.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.mooring.cli.child.OpenFiles;
import io.mooring.cli.clients.Clients;
import io.mooring.cli.clients.Demonstration;
import io.mooring.cli.clients.Display;
import io.mooring.cli.clients.JsonDisplay;
import io.mooring.cli.clients.Load;
import io.mooring.cli.clients.TextDisplay;
import io.mooring.cli.control.ControlClient;
import io.mooring.cli.control.Request.Verb;
import io.mooring.cli.keys.DemoTokens;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.keys.Trust;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Interrupt;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mooring demo}: what shows that the running tier keeps its promises. */
@Command(
    name = "demo",
    description = {
      "Real clients on the running tier, each message of which is counted.",
      "The page on which two tabs talk is part of the tier: `up` prints its address."
    },
    synopsisSubcommandLabel = "clients",
    footer = {
      "",
      "Examples:",
      "  ./mooring demo clients 300     300 sockets, 10 channels, 20 messages a second",
      "  ./mooring dev kill app-2       beside it: who comes back when, and what is lost"
    })
final class Demo implements Runnable {
  /** What this process needs beside its clients' sockets. */
  private static final int OTHER_FILES = 200;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Common common = new Common();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "demo needs clients N");
  }

  @Command(
      name = "clients",
      description = {
        "Clients of the Java SDK that connect, subscribe, publish in turn, and stay.",
        "Shows each second how many are connected and what was received, lost and doubled, judged"
            + " by the messages' offsets; after each disturbance when its clients arrived, and where."
            + " Ctrl-C ends it with a summary.",
        "Exit code 1 if a message was lost or came twice, a client was sent away for good, or the"
            + " tier has ended."
      },
      footer = {
        "",
        "Examples:",
        "  ./mooring demo clients 300",
        "  ./mooring demo clients 50 --channels 1 --rate 100    everybody hears everything",
        "  ./mooring demo clients 300 --rate 0                  only what you publish yourself",
        "  ./mooring demo clients 300 -o json                   a line of JSON for each second"
      })
  int clients(
      @Mixin Common options,
      @Parameters(paramLabel = "N", description = "How many, 1 to 10000.") int clients,
      @Option(
              names = "--channels",
              paramLabel = "N",
              defaultValue = "10",
              description =
                  "The channels demo.clients.1 and so on; each client subscribes to one. Default:"
                      + " ${DEFAULT-VALUE}.")
          int channels,
      @Option(
              names = "--rate",
              paramLabel = "N",
              description =
                  "Messages a second of all clients together. Default: 20, or 8 of each client if"
                      + " that is less.")
          @Nullable Integer rate)
      throws InterruptedException {
    Load load = load(clients, channels, rate);
    JsonNode tier = options.ask(Verb.STATUS, "");
    StateFolder state = options.state();
    HttpClient http =
        HttpClient.newBuilder()
            .sslContext(Trust.in(Path.of(tier.path("ca").asText())))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    Display display =
        options.json() ? new JsonDisplay(options::printJson) : new TextDisplay(options.terminal());
    CompletableFuture<Void> end = Interrupt.awaited();
    try (Clients all =
        new Clients(load, edges(tier), http, new DemoTokens(new DevelopmentKeys(state.keys())))) {
      return new Demonstration(all, load, display, () -> isUp(state)).run(end) ? 0 : 1;
    }
  }

  private Load load(int clients, int channels, @Nullable Integer rate) {
    try {
      Load load = Load.of(clients, channels, rate);
      long most = OpenFiles.limit().orElse(Long.MAX_VALUE) - OTHER_FILES;
      if (clients > most) {
        throw new IllegalArgumentException(
            "N %d: this process may open files for %d clients; `ulimit -n %d` lets it open more"
                .formatted(clients, Math.max(0, most), clients + OTHER_FILES));
      }
      return load;
    } catch (IllegalArgumentException outOfRange) {
      throw new ParameterException(
          spec.subcommands().get("clients"), String.valueOf(outOfRange.getMessage()));
    }
  }

  private static List<URI> edges(JsonNode tier) {
    List<URI> edges = new ArrayList<>();
    for (JsonNode envoy : tier.path("envoys")) {
      edges.add(URI.create(envoy.path("edge").asText()));
    }
    return edges;
  }

  private static boolean isUp(StateFolder state) {
    try (ControlClient supervisor = ControlClient.connect(state).orElse(null)) {
      return supervisor != null;
    }
  }
}
