package io.mooring.bench.bar;

import static io.mooring.bench.bar.Gate.times;

import io.mooring.bench.contender.Contender;
import io.mooring.bench.contender.Running;
import io.mooring.bench.measure.Usage;
import io.mooring.bench.wire.Crowd;
import io.mooring.programs.Valkey;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sockets that do nothing but be present: what memory each takes, and what it takes to say so in
 * Valkey, over and over.
 */
final class Present implements Bar {
  private static final int SOCKETS = 15_000;
  private static final double PER_MINUTE = 60;
  private static final String COMMANDS = "Valkey commands/socket·min";
  private static final String VALKEY_CPU = "Valkey CPU µs/socket·min";
  private static final String APP_CPU = "app CPU µs/socket·min";

  @Override
  public int number() {
    return 9;
  }

  @Override
  public String name() {
    return "presence";
  }

  @Override
  public String work(Scale scale) {
    return "%,d idle sockets of as many users, present in channels of ten: memory, and Valkey's commands and CPU over %d s"
        .formatted(scale.of(SOCKETS), scale.pings().toSeconds());
  }

  @Override
  public List<Gate> gates() {
    return List.of(
        Gate.atMost(
            Idle.LEAN_BYTES, times(0.25, Gate.Against.ENGINE), times(0.25, Gate.Against.ENGINE)),
        Gate.atMost(
            VALKEY_CPU, times(1, Gate.Against.CENTRIFUGO), times(0.5, Gate.Against.CENTRIFUGO)),
        Gate.atMost(
            APP_CPU, times(0.5, Gate.Against.CENTRIFUGO), times(0.25, Gate.Against.CENTRIFUGO)));
  }

  @Override
  public boolean hasLimit() {
    return false;
  }

  @Override
  public Map<String, Double> run(Contender contender, Scale scale, Path folder, Notes notes) {
    int sockets = scale.of(SOCKETS);
    try (Valkey valkey = Valkey.start(folder.resolve("valkey"));
        Running running =
            contender.start(
                Contender.Task.together(1, true, valkey.port()).withPresence(), folder);
        Crowd crowd = Crowd.large("present");
        Commands commands = new Commands(valkey.port())) {
      notes.started(contender, running.commands());
      long before = Idle.memoryBefore(contender, running, crowd, scale, sockets);
      new Clients(contender, running).subscribe(crowd, sockets, Idle::channel);
      Pause.of(scale.idle());
      running.collectGarbage();
      Pause.of(scale.settling());
      long after = Usage.memoryBytes(running.processes());
      Meter meter = new Meter(running.processes());
      long commandsBefore = commands.count();
      double valkeyBefore = Usage.cpuSeconds(List.of(valkey.pid()));
      Pause.of(scale.pings());
      double valkeySpent = Usage.cpuSeconds(List.of(valkey.pid())) - valkeyBefore;
      long commandsSpent = commands.count() - commandsBefore;
      meter.stop();
      crowd.expectContent();
      double socketMinutes = sockets * meter.seconds() / PER_MINUTE;
      Map<String, Double> figures = new LinkedHashMap<>();
      figures.put(Idle.LEAN_BYTES, Idle.each(after - before, sockets));
      figures.put(COMMANDS, commandsSpent / socketMinutes);
      figures.put(VALKEY_CPU, valkeySpent * 1e6 / socketMinutes);
      figures.put(APP_CPU, meter.microsEach(socketMinutes));
      figures.put("Valkey commands/s", commandsSpent / meter.seconds());
      figures.put("Valkey cores", valkeySpent / meter.seconds());
      meter.load(figures);
      return figures;
    }
  }
}
