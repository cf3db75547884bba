package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.absolute;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Position;
import io.mooring.bench.wire.Publisher;
import io.mooring.programs.Valkey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A server's clients come back to another one, all at once, and have missed something. */
final class Resume implements Bar {
  private static final int CLIENTS = 9_000;
  private static final int MISSED = 50;
  private static final int BEFORE = 3;
  private static final String CHANNEL = "demo.resume";

  /** What goes on meanwhile. */
  private static final double LIVE_RATE = 2;

  /** Publications before the return, to know what commands each takes by itself. */
  private static final int ORDINARY = 6;

  /** Publications from the beginning of the return on. */
  private static final int LIVE = 12;

  private static final double RATE = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String COMMANDS = "Valkey commands/client";
  private static final String SECONDS = "s until all are back";
  private static final String LOST = "lost";
  private static final String DOUBLED = "doubled";
  private static final String REFUSED = "not recovered";

  @Override
  public int number() {
    return 8;
  }

  @Override
  public String name() {
    return "resume";
  }

  @Override
  public String work(Scale scale) {
    return ("%,d clients of one channel come back to another server, %d missed publications each,"
            + " while %.0f a second go on")
        .formatted(scale.of(CLIENTS), MISSED, LIVE_RATE);
  }

  @Override
  public List<Gate> gates() {
    return List.of(
        Gate.atMost(COMMANDS, absolute(0.1), absolute(0.01)),
        Gate.atMost(SECONDS, absolute(5), absolute(5)),
        Gate.atMost(LOST, absolute(0), absolute(0)),
        Gate.atMost(DOUBLED, absolute(0), absolute(0)),
        Gate.atMost(REFUSED, absolute(0), absolute(0)));
  }

  @Override
  public boolean hasLimit() {
    return false;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int count = scale.of(CLIENTS);
    try (Valkey valkey = Valkey.start(folder.resolve("valkey"));
        Running running = contender.start(Contender.Task.together(2, true, valkey.port()), folder);
        Crowd senders = new Crowd("senders");
        Crowd before = Crowd.large("before");
        Crowd after = Crowd.large("after");
        Commands commands = new Commands(valkey.port())) {
      notes.started(contender, running.commands());
      Clients clients = new Clients(contender, running);
      clients.send(senders, 1);
      Publisher publisher = new Publisher(senders, contender.dialect(), List.of(CHANNEL));
      // Somebody hears when the publications have been kept.
      try (Crowd witness = new Crowd("witness")) {
        clients.subscribe(witness, 1, 0, CHANNEL);
        publisher.publish(RATE, BEFORE);
        FanOut.await(witness, BEFORE);
        clients.subscribe(before, count, 0, CHANNEL);
        Position position = before.position(0);
        long known = publisher.last(0);
        before.leave();
        publisher.publish(RATE, MISSED);
        FanOut.await(witness, BEFORE + MISSED);

        long start = commands.count();
        long ordinary = publisher.publish(LIVE_RATE, ORDINARY);
        FanOut.await(witness, BEFORE + MISSED + ordinary);
        double each = (commands.count() - start) / (double) ordinary;
        return resume(
            clients, count, position, known, publisher, each, after, commands, running.processes());
      }
    }
  }

  private static Map<String, Double> resume(
      Clients clients,
      int count,
      Position position,
      long known,
      Publisher publisher,
      double commandsEach,
      Crowd after,
      Commands commands,
      List<Long> processes) {
    long start = commands.count();
    Meter meter = new Meter(processes);
    CompletableFuture<Long> live =
        CompletableFuture.supplyAsync(
            () -> publisher.publish(LIVE_RATE, LIVE), task -> Thread.ofPlatform().start(task));
    long begin = System.nanoTime();
    clients.resume(after, count, 1, CHANNEL, position, known);
    double seconds = (System.nanoTime() - begin) / 1e9;
    meter.stop();
    long published = live.join();
    long wanted = (publisher.last(0) - known) * count;
    Pause.until(() -> after.delivered() >= wanted, PATIENCE);
    double spent = commands.count() - start - commandsEach * published;
    after.expectContent();

    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(COMMANDS, Math.max(0, spent) / count);
    figures.put(SECONDS, seconds);
    figures.put(LOST, (double) (wanted - after.delivered()));
    figures.put(DOUBLED, (double) after.received().doubled());
    figures.put(REFUSED, (double) (count - after.recovered()));
    figures.put("app CPU µs/client", meter.microsEach(count));
    meter.load(figures);
    return figures;
  }
}
