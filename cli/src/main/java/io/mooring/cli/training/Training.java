package io.mooring.cli.training;

import io.mooring.cli.admin.AdminApi;
import io.mooring.cli.admin.AdminException;
import io.mooring.cli.drain.DrainPhase;
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
import io.mooring.client.Listener;
import io.mooring.client.MooringClient;
import io.mooring.client.State;
import io.mooring.client.SubscribeOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Runs a small tier with the production options, works with it, and stops it. Each JVM writes its
 * cache when it ends, this one too.
 */
public final class Training {
  /** Writing a cache takes some seconds of CPU; several do it at once. */
  private static final Tier.Patience PATIENCE =
      new Tier.Patience(Duration.ofSeconds(60), Duration.ofSeconds(120));

  private static final Shape.Size SIZE = new Shape.Size(1, 2, 2, 1);

  private static final int CLIENTS = 30;
  private static final int MESSAGES = 20;

  /** Those who come and go. */
  private static final String CHANNEL = "demo.training";

  /** Those who stay until their server is drained. */
  private static final int STAYING = 8;

  /** A server compares what it has delivered with the log every six seconds. */
  private static final Duration COMPARED = Duration.ofSeconds(7);

  /** The one that writes a cache: the first of its kind. */
  private static final String SERVER = "app-1";

  private static final int RATE = 20;
  private static final Duration DRAINED = Duration.ofSeconds(60);
  private static final Duration CONNECTED = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

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
    String token =
        new DemoTokens(new DevelopmentKeys(state.keys())).issue("training", Duration.ofHours(1));
    URI edge = URI.create(up.addresses().path("edgePlain").asText());
    List<MooringClient> staying =
        IntStream.range(0, STAYING).mapToObj(i -> stay(edge, token, i)).toList();
    step(2, "working with it");
    await(staying);
    exercise(edge, token);
    step(3, "draining a server");
    drain(
        new AdminApi(
            List.of(URI.create(up.addresses().at("/controlPlanes/0/http").asText())),
            Optional.empty()));
    step(4, "writing what was learnt");
    staying.forEach(MooringClient::close);
    up.tier().close();
    step(5, "writing the command line's own");
  }

  private static MooringClient stay(URI edge, String token, int number) {
    MooringClient client = MooringClient.builder(edge).token(() -> token).build();
    client.subscribe(
        "%s-%d".formatted(CHANNEL, number),
        new Listener() {},
        SubscribeOptions.DEFAULTS.withPresence());
    client.connect();
    return client;
  }

  private static void await(List<MooringClient> clients) {
    long deadline = System.nanoTime() + CONNECTED.toNanos();
    while (System.nanoTime() - deadline < 0
        && !clients.stream().allMatch(client -> client.state() == State.OPEN)) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void exercise(URI edge, String token) {
    long end = System.nanoTime() + COMPARED.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      int failures = 0;
      for (int done = 0; done < CLIENTS || System.nanoTime() - end < 0; ) {
        try {
          Exercise.run(client, edge, token, CHANNEL, MESSAGES);
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

  /**
   * Its clients go to the other one, and it ends. If it cannot, the caches are worth having all the
   * same.
   */
  private void drain(AdminApi admin) {
    long deadline = System.nanoTime() + DRAINED.toNanos();
    boolean asked = false;
    while (true) {
      try {
        if (!asked) {
          admin.startDrain(SERVER, RATE, "15s", false);
          asked = true;
        }
        if (DrainPhase.in(admin.drain(SERVER)).over()) {
          return;
        }
      } catch (AdminException busy) {
        terminal.err().println("the control plane does not answer: " + busy.getMessage());
      }
      if (System.nanoTime() - deadline > 0) {
        terminal.err().println(SERVER + " was not drained: its drains will be slower at first");
        return;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private void step(int number, String what) {
    terminal.err().println("%s [%d/6]".formatted(what, number));
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
