package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.absolute;
import static io.mooring.bench.bar.Gate.times;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.measure.Usage;
import io.mooring.bench.wire.Crowd;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sockets that do nothing but live: what memory each takes, or what time its pings take. */
final class Idle implements Bar {
  private static final int SOCKETS = 15_000;

  /** That loads the code, before memory is read for the first time. */
  private static final int FIRST = 300;

  private static final String IDLE_BYTES = "B/socket, idle";
  static final String LEAN_BYTES = "B/socket, after GC";
  private static final String CPU = "CPU µs/socket·min";

  private final boolean memory;

  private Idle(boolean memory) {
    this.memory = memory;
  }

  static Idle memory() {
    return new Idle(true);
  }

  static Idle pings() {
    return new Idle(false);
  }

  @Override
  public int number() {
    return memory ? 1 : 2;
  }

  @Override
  public String name() {
    return memory ? "idle-memory" : "idle-cpu";
  }

  @Override
  public String work(Scale scale) {
    String sockets =
        "%,d idle sockets, each with an identity, one subscription and a position"
            .formatted(scale.of(SOCKETS));
    return memory
        ? sockets
            + ": memory after %d s, and after a collection".formatted(scale.idle().toSeconds())
        : sockets + ", pinged every 25 s: CPU over %d s".formatted(scale.pings().toSeconds());
  }

  @Override
  public List<Gate> gates() {
    return memory
        ? List.of(
            Gate.atMost(
                IDLE_BYTES, times(0.25, Gate.Against.ENGINE), times(1, Gate.Against.BARE_NETTY)),
            Gate.atMost(
                LEAN_BYTES, times(0.25, Gate.Against.ENGINE), times(1, Gate.Against.BARE_NETTY)),
            Gate.atMost(LEAN_BYTES, absolute(5_300), absolute(3_200)))
        : List.of(
            Gate.atMost(
                CPU, times(0.4, Gate.Against.CENTRIFUGO), times(0.2, Gate.Against.CENTRIFUGO)));
  }

  /** It does not ping. */
  @Override
  public boolean hasLimit() {
    return memory;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int sockets = scale.of(SOCKETS);
    try (Running running = contender.start(Contender.Task.alone(true), folder);
        Crowd crowd = Crowd.large("idlers")) {
      notes.started(contender, running.commands());
      long before = memoryBefore(contender, running, crowd, scale, sockets);
      new Clients(contender, running).subscribe(crowd, sockets, Idle::channel);
      Map<String, Double> figures =
          memory ? memory(running, scale, before, sockets) : pings(running, scale, sockets);
      crowd.expectContent();
      return figures;
    }
  }

  /** What a server takes that has had clients, and has none. */
  static long memoryBefore(
      Contender contender, Running running, Crowd crowd, Scale scale, int sockets) {
    new Clients(contender, running).subscribe(crowd, Math.min(sockets, FIRST), Idle::channel);
    crowd.leave();
    Pause.of(scale.settling());
    running.collectGarbage();
    Pause.of(scale.settling());
    return Usage.memoryBytes(running.processes());
  }

  /** Ten to a channel, so that channels cost a little, too. */
  static String channel(int client) {
    return "demo.idle-" + client / 10;
  }

  private static Map<String, Double> memory(
      Running running, Scale scale, long before, int sockets) {
    Map<String, Double> figures = new LinkedHashMap<>();
    Pause.of(scale.idle());
    figures.put(IDLE_BYTES, each(Usage.memoryBytes(running.processes()) - before, sockets));
    running.collectGarbage();
    Pause.of(scale.settling());
    long after = Usage.memoryBytes(running.processes());
    figures.put(LEAN_BYTES, each(after - before, sockets));
    figures.put("MiB before", before / (double) (1 << 20));
    figures.put("MiB after GC", after / (double) (1 << 20));
    return figures;
  }

  static double each(long bytes, int sockets) {
    return bytes / (double) sockets;
  }

  private static Map<String, Double> pings(Running running, Scale scale, int sockets) {
    Map<String, Double> figures = new LinkedHashMap<>();
    Pause.of(scale.idle());
    Meter meter = new Meter(running.processes());
    Pause.of(scale.pings());
    meter.stop();
    figures.put(CPU, meter.microsEach(sockets) * 60 / meter.seconds());
    meter.load(figures);
    return figures;
  }
}
