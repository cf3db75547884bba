package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.times;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.measure.Usage;
import io.mooring.bench.wire.Crowd;
import io.mooring.bench.wire.Publisher;
import io.mooring.bench.wire.Received;
import io.mooring.programs.Valkey;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Publications that two servers keep in Valkey's log, and hear of from each other. */
final class ThroughLog implements Bar {
  private static final int SERVERS = 2;
  private static final int CHANNELS = 500;
  private static final double RATE = 3_000;
  private static final String PER_VALKEY = "publishes/Valkey CPU s";
  private static final String APP_CPU = "app CPU µs/publish";

  @Override
  public int number() {
    return 7;
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public String work(Scale scale) {
    return ("%,d channels with a subscriber on each of %d servers, %,.0f publications a second in"
            + " all, each kept in Valkey, for %d s")
        .formatted(scale.of(CHANNELS), SERVERS, scale.of(RATE), scale.load().toSeconds());
  }

  @Override
  public List<Gate> gates() {
    return List.of(
        Gate.atLeast(
            PER_VALKEY, times(1.3, Gate.Against.CENTRIFUGO), times(2, Gate.Against.CENTRIFUGO)),
        Gate.atMost(
            APP_CPU, times(0.8, Gate.Against.CENTRIFUGO), times(0.5, Gate.Against.CENTRIFUGO)));
  }

  @Override
  public boolean hasLimit() {
    return false;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int channels = scale.of(CHANNELS);
    try (Valkey valkey = Valkey.start(folder.resolve("valkey"));
        Running running =
            contender.start(Contender.Task.together(SERVERS, true, valkey.port()), folder);
        Crowd crowd = Crowd.large("subscribers");
        Crowd senders = new Crowd("senders")) {
      notes.started(contender, running.commands());
      Clients clients = new Clients(contender, running);
      // Neighbours are on different servers.
      clients.subscribe(crowd, channels * SERVERS, i -> "demo.log-" + i / SERVERS);
      clients.send(senders, channels);
      List<String> names = IntStream.range(0, channels).mapToObj(i -> "demo.log-" + i).toList();
      Publisher publisher = new Publisher(senders, contender.dialect(), names);
      WarmUp.of(
          contender,
          running,
          scale,
          time -> {
            FanOut.await(crowd, publisher.publish(scale.of(RATE), time) * SERVERS);
            crowd.forget();
          });
      Meter meter = new Meter(running.processes());
      double valkeyBefore = Usage.cpuSeconds(List.of(valkey.pid()));
      long published = publisher.publish(scale.of(RATE), scale.load());
      FanOut.await(crowd, published * SERVERS);
      double valkeySpent = Usage.cpuSeconds(List.of(valkey.pid())) - valkeyBefore;
      meter.stop();
      crowd.expectContent();
      senders.expectContent();
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(PER_VALKEY, published / Math.max(0.01, valkeySpent));
      figures.put(APP_CPU, meter.microsEach(published));
      Received received = crowd.received();
      FanOut.latencies(received, figures);
      FanOut.losses(received, published * SERVERS, figures);
      figures.put("Valkey cores", valkeySpent / meter.seconds());
      meter.load(figures);
      return figures;
    }
  }
}
