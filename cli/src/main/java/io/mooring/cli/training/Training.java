package io.mooring.cli.training;

import io.mooring.cli.keys.DemoTokens;
import io.mooring.cli.keys.DevelopmentKeys;
import io.mooring.cli.port.Ports;
import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Distribution;
import io.mooring.cli.tier.Shape;
import io.mooring.cli.tier.Tier;
import io.mooring.cli.up.Supervisor;
import io.mooring.cli.up.Timeline;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs a small tier with the production options, works with it, and stops it. Each JVM writes its
 * cache when it ends, this one too.
 */
public final class Training {
  /** Writing a cache takes some seconds of CPU; several do it at once. */
  private static final Tier.Patience PATIENCE =
      new Tier.Patience(Duration.ofSeconds(60), Duration.ofSeconds(120));

  private static final Shape.Size SIZE = new Shape.Size(1, 2, 1, 1);

  private static final int CLIENTS = 30;
  private static final int MESSAGES = 20;

  /** Untrained processes that all start at once refuse the first handshakes: they take too long. */
  private static final int MOST_FAILURES = 30;

  private final StateFolder state;
  private final Distribution distribution;
  private final Terminal terminal;

  public Training(StateFolder state, Distribution distribution, Terminal terminal) {
    this.state = state;
    this.distribution = distribution;
    this.terminal = terminal;
  }

  public void run() {
    step(1, "starting a tier");
    Supervisor.Up up =
        new Supervisor(
                new Shape(SIZE, Shape.Broker.REDIS, freePortBase(), Optional.empty()),
                state,
                distribution,
                Distribution.Mode.TRAINING,
                PATIENCE,
                terminal,
                new Timeline())
            .start();
    step(2, "working with it");
    String token =
        new DemoTokens(new DevelopmentKeys(state.keys())).issue("training", Duration.ofHours(1));
    exercise(URI.create(up.addresses().path("edgePlain").asText()), token);
    step(3, "writing what was learnt");
    up.tier().close();
    step(4, "writing the command line's own");
  }

  private void exercise(URI edge, String token) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      int failures = 0;
      for (int done = 0; done < CLIENTS; ) {
        try {
          Exercise.run(client, edge, token, MESSAGES);
          done++;
        } catch (CompletionException | IllegalStateException failed) {
          failures++;
          if (failures > MOST_FAILURES) {
            throw failed;
          }
        }
      }
    }
  }

  private void step(int number, String what) {
    terminal.err().println("%s [%d/5]".formatted(what, number));
  }

  private static int freePortBase() {
    while (true) {
      int base = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      Shape shape = new Shape(SIZE, Shape.Broker.REDIS, base, Optional.empty());
      if (shape.members().stream()
          .flatMap(member -> member.kind().ports(member.number(), base).stream())
          .allMatch(port -> Ports.isFree(port.number()))) {
        return base;
      }
    }
  }
}
