package io.mooring.bench.bar;

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
import java.util.stream.IntStream;

/** Publications at a rate on channels of one server, that keeps messages in its memory alone. */
final class FanOut implements Bar {
  static final String CPU = "CPU µs/delivery";
  static final String P50 = "p50 ms";
  static final String P99 = "p99 ms";
  private static final Gate FIREHOSE_CPU =
      Gate.atMost(CPU, times(1, Gate.Against.CENTRIFUGO), times(0.8, Gate.Against.CENTRIFUGO));
  private static final Duration STRAGGLERS = Duration.ofSeconds(10);

  private final int number;
  private final String name;
  private final Shape shape;
  private final List<Gate> gates;

  /** How many channels with how many subscribers each, and publications a second over all. */
  private record Shape(int channels, int subscribers, double rate) {}

  private FanOut(int number, String name, Shape shape, List<Gate> gates) {
    this.number = number;
    this.name = name;
    this.shape = shape;
    this.gates = gates;
  }

  static FanOut broadcast() {
    return new FanOut(
        3,
        "broadcast",
        new Shape(1, 9_000, 5),
        List.of(
            Gate.atMost(
                CPU, times(0.65, Gate.Against.CENTRIFUGO), times(1, Gate.Against.BARE_NETTY)),
            Gate.atMost(
                P99, times(0.8, Gate.Against.CENTRIFUGO), times(0.6, Gate.Against.CENTRIFUGO))));
  }

  static FanOut firehose() {
    return new FanOut(4, "firehose", new Shape(1, 1_000, 500), List.of(FIREHOSE_CPU));
  }

  /** The same at a rate at which the peers have no processor time left. */
  static FanOut saturation() {
    return new FanOut(
        4,
        "saturation",
        new Shape(1, 1_000, 800),
        List.of(
            FIREHOSE_CPU,
            Gate.atMost(
                P50, times(0.2, Gate.Against.CENTRIFUGO), times(0.1, Gate.Against.CENTRIFUGO)),
            Gate.atMost(
                P99, times(0.4, Gate.Against.CENTRIFUGO), times(0.15, Gate.Against.CENTRIFUGO))));
  }

  static FanOut smallChannels() {
    return new FanOut(
        5,
        "small-channels",
        new Shape(500, 2, 5_000),
        List.of(
            Gate.atMost(
                CPU, times(0.6, Gate.Against.CENTRIFUGO), times(0.5, Gate.Against.CENTRIFUGO)),
            Gate.atMost(
                P99, times(1, Gate.Against.CENTRIFUGO), times(0.5, Gate.Against.CENTRIFUGO))));
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String work(Scale scale) {
    return "%,d channels of %,d subscribers, %,.0f publications a second in all, for %d s"
        .formatted(channels(scale), subscribers(scale), rate(scale), scale.load().toSeconds());
  }

  @Override
  public List<Gate> gates() {
    return gates;
  }

  @Override
  public boolean hasLimit() {
    return true;
  }

  private int channels(Scale scale) {
    return shape.channels == 1 ? 1 : scale.of(shape.channels);
  }

  private int subscribers(Scale scale) {
    return shape.subscribers == 2 ? 2 : scale.of(shape.subscribers);
  }

  private double rate(Scale scale) {
    return scale.of(shape.rate);
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int channels = channels(scale);
    int subscribers = channels * subscribers(scale);
    try (Running running = contender.start(Contender.Task.alone(false), folder);
        Crowd crowd = Crowd.large("subscribers");
        Crowd senders = new Crowd("senders")) {
      notes.started(contender, running.commands());
      Clients clients = new Clients(contender, running);
      clients.subscribe(crowd, subscribers, i -> "demo.load-" + i % channels);
      clients.send(senders, channels);
      List<String> names = IntStream.range(0, channels).mapToObj(i -> "demo.load-" + i).toList();
      Publisher publisher = new Publisher(senders, contender.dialect(), names);
      long copies = subscribers / channels;
      WarmUp.of(
          contender,
          running,
          scale,
          time -> {
            await(crowd, publisher.publish(rate(scale), time) * copies);
            crowd.forget();
          });
      Meter meter = new Meter(running.processes());
      long wanted = publisher.publish(rate(scale), scale.load()) * copies;
      await(crowd, wanted);
      meter.stop();
      crowd.expectContent();
      senders.expectContent();
      return figures(crowd.received(), wanted, meter);
    }
  }

  static void await(Crowd crowd, long wanted) {
    Pause.until(() -> crowd.delivered() >= wanted, STRAGGLERS);
  }

  static Map<String, Double> figures(Received received, long wanted, Meter meter) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(CPU, meter.microsEach(received.delivered()));
    latencies(received, figures);
    figures.put("deliveries/s", received.delivered() / meter.seconds());
    losses(received, wanted, figures);
    meter.load(figures);
    return figures;
  }

  static void latencies(Received received, Map<String, Double> figures) {
    figures.put(P50, received.latencyMillis(0.5));
    figures.put(P99, received.latencyMillis(0.99));
    figures.put("p99.9 ms", received.latencyMillis(0.999));
  }

  static void losses(Received received, long wanted, Map<String, Double> figures) {
    figures.put("lost", (double) Math.max(0, wanted - received.delivered()));
    figures.put("doubled", (double) received.doubled());
  }
}
