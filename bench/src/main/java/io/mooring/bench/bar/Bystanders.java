package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.absolute;
import static io.mooring.bench.bar.Gate.times;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Publisher;
import io.mooring.bench.wire.Received;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Small channels beside a broadcast: whether its crowd makes others wait. */
final class Bystanders implements Bar {
  private static final int CROWD = 9_000;
  private static final double CROWD_RATE = 5;
  private static final int CHANNELS = 200;
  private static final int SUBSCRIBERS = 2;
  private static final double RATE = 100;
  private static final String BIG = "demo.broadcast";

  @Override
  public int number() {
    return 6;
  }

  @Override
  public String name() {
    return "bystanders";
  }

  @Override
  public String work(Scale scale) {
    return ("%,d channels of %d, %,.0f publications a second in all,"
            + " beside one of %,d subscribers with %,.0f: latency in the small ones")
        .formatted(scale.of(CHANNELS), SUBSCRIBERS, scale.of(RATE), scale.of(CROWD), CROWD_RATE);
  }

  @Override
  public List<Gate> gates() {
    return List.of(
        Gate.atMost(
            FanOut.P99, times(1, Gate.Against.CENTRIFUGO), times(0.3, Gate.Against.CENTRIFUGO)),
        Gate.atMost(FanOut.P99, absolute(5), absolute(5)));
  }

  @Override
  public boolean hasLimit() {
    return true;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int channels = scale.of(CHANNELS);
    try (Running running = contender.start(Contender.Task.alone(false), folder);
        Crowd crowd = Crowd.large("crowd");
        Crowd bystanders = new Crowd("bystanders");
        Crowd crowdsSenders = new Crowd("crowd's senders");
        Crowd senders = new Crowd("senders")) {
      notes.started(contender, running.commands());
      Clients clients = new Clients(contender, running);
      clients.subscribe(crowd, scale.of(CROWD), 0, BIG);
      clients.subscribe(bystanders, channels * SUBSCRIBERS, i -> "demo.small-" + i % channels);
      // On sockets of their own, as a server may take the messages of one in their order.
      clients.send(crowdsSenders, 1);
      clients.send(senders, channels);
      List<String> names = IntStream.range(0, channels).mapToObj(i -> "demo.small-" + i).toList();
      Publisher big = new Publisher(crowdsSenders, contender.dialect(), List.of(BIG));
      Publisher small = new Publisher(senders, contender.dialect(), names);
      WarmUp.of(
          contender,
          running,
          scale,
          time -> {
            publish(big, small, scale.of(RATE), time, crowd, bystanders);
            crowd.forget();
            bystanders.forget();
          });
      Meter meter = new Meter(running.processes());
      long wanted = publish(big, small, scale.of(RATE), scale.load(), crowd, bystanders);
      meter.stop();
      for (Crowd each : List.of(crowd, bystanders, crowdsSenders, senders)) {
        each.expectContent();
      }
      Map<String, Double> figures = new LinkedHashMap<>();
      Received received = bystanders.received();
      FanOut.latencies(received, figures);
      figures.put("broadcast p99 ms", crowd.received().latencyMillis(0.99));
      FanOut.losses(received, wanted, figures);
      meter.load(figures);
      return figures;
    }
  }

  /** Returns how many deliveries there are to be in the small channels. */
  private static long publish(
      Publisher big, Publisher small, double rate, Duration time, Crowd crowd, Crowd bystanders) {
    CompletableFuture<Long> broadcast =
        CompletableFuture.supplyAsync(
            () -> big.publish(CROWD_RATE, time), task -> Thread.ofPlatform().start(task));
    long wanted = small.publish(rate, time) * SUBSCRIBERS;
    FanOut.await(crowd, broadcast.join() * crowd.size());
    FanOut.await(bystanders, wanted);
    return wanted;
  }
}
