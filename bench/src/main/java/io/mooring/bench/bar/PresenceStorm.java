package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.absolute;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.wire.Churn;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Publisher;
import io.mooring.bench.wire.Received;
import io.mooring.programs.Valkey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A large room where many come and go beside small channels: whether these have to wait. */
final class PresenceStorm implements Bar {
  private static final int SERVERS = 2;
  private static final int MEMBERS = 10_000;
  private static final int MOVING = 1_000;
  private static final int WATCHING = 100;
  private static final double MOVES = 1_000;
  private static final int CHANNELS = 200;
  private static final int SUBSCRIBERS = 2;
  private static final double RATE = 100;
  private static final String ROOM = "demo.hall";
  private static final String RATIO = "p99, storm/calm";

  @Override
  public int number() {
    return 10;
  }

  @Override
  public String name() {
    return "presence-storm";
  }

  @Override
  public String work(Scale scale) {
    return ("%,d channels of %d, %,.0f publications a second in all, beside a room of %,d of whom"
            + " %,d watch, calm and with %,.0f joins and leaves a second: latency in the channels")
        .formatted(
            scale.of(CHANNELS),
            SUBSCRIBERS,
            scale.of(RATE),
            scale.of(MEMBERS),
            scale.of(WATCHING),
            scale.of(MOVES));
  }

  @Override
  public List<Gate> gates() {
    return List.of(Gate.atMost(RATIO, absolute(2), absolute(1.2)));
  }

  @Override
  public boolean hasLimit() {
    return false;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int channels = scale.of(CHANNELS);
    int watching = scale.of(WATCHING);
    int moving = scale.of(MOVING);
    int staying = Math.max(0, scale.of(MEMBERS) - watching - moving);
    try (Valkey valkey = Valkey.start(folder.resolve("valkey"));
        Running running =
            contender.start(
                Contender.Task.together(SERVERS, false, valkey.port()).withPresence(), folder);
        Crowd stayers = Crowd.large("members");
        Crowd movers = Crowd.large("moving");
        Crowd watchers = Crowd.large("watching");
        Crowd subscribers = new Crowd("subscribers");
        Crowd senders = new Crowd("senders")) {
      notes.started(contender, running.commands());
      Clients clients = new Clients(contender, running);
      clients.subscribe(stayers, 0, staying, ROOM, false);
      clients.subscribe(movers, staying, moving, ROOM, false);
      clients.subscribe(watchers, staying + moving, watching, ROOM, true);
      clients.subscribe(subscribers, channels * SUBSCRIBERS, i -> "demo.small-" + i / SUBSCRIBERS);
      clients.send(senders, channels);
      List<String> names = IntStream.range(0, channels).mapToObj(i -> "demo.small-" + i).toList();
      Publisher publisher = new Publisher(senders, contender.dialect(), names);
      Churn churn = new Churn(movers, contender.dialect(), ROOM);
      double rate = scale.of(RATE);
      double moves = scale.of(MOVES);
      WarmUp.of(
          contender,
          running,
          scale,
          time -> during(churn, moves, publisher, rate, time, subscribers));
      Pause.of(scale.settled());
      subscribers.forget();
      long published = publisher.publish(rate, scale.load());
      FanOut.await(subscribers, published * SUBSCRIBERS);
      Received calm = subscribers.received();
      subscribers.forget();
      Meter meter = new Meter(running.processes());
      long stormy = during(churn, moves, publisher, rate, scale.load(), subscribers);
      meter.stop();
      Received storm = subscribers.received();
      for (Crowd each : List.of(stayers, movers, watchers, subscribers, senders)) {
        each.expectContent();
      }
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(RATIO, storm.latencyMillis(0.99) / calm.latencyMillis(0.99));
      figures.put("calm p50 ms", calm.latencyMillis(0.5));
      figures.put("calm p99 ms", calm.latencyMillis(0.99));
      figures.put("storm p50 ms", storm.latencyMillis(0.5));
      figures.put("storm p99 ms", storm.latencyMillis(0.99));
      FanOut.losses(storm, stormy * SUBSCRIBERS, figures);
      meter.load(figures);
      return figures;
    }
  }

  /** Returns how much was published while the others came and went. */
  private static long during(
      Churn churn,
      double moves,
      Publisher publisher,
      double rate,
      Duration time,
      Crowd subscribers) {
    CompletableFuture<Long> moved =
        CompletableFuture.supplyAsync(
            () -> churn.run(moves, time), task -> Thread.ofPlatform().start(task));
    long before = subscribers.delivered();
    long published = publisher.publish(rate, time);
    FanOut.await(subscribers, before + published * SUBSCRIBERS);
    moved.join();
    return published;
  }
}
