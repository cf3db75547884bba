package io.mooring.bench.bar;

import io.mooring.bench.measure.Usage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Reads what processes spend between its making and {@link #stop}. */
final class Meter {
  private static final double MICROS_PER_SECOND = 1e6;

  private final List<Long> servers;
  private final double serversBefore;
  private final double ownBefore = Usage.ownCpuSeconds();
  private final Usage.Machine machineBefore = Usage.Machine.now();
  private final long begin = System.nanoTime();

  private double serversSpent;
  private double ownSpent;
  private double busy;
  private double seconds;

  Meter(List<Long> servers) {
    this.servers = servers;
    this.serversBefore = Usage.cpuSeconds(servers);
  }

  Meter stop() {
    seconds = (System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1);
    serversSpent = Usage.cpuSeconds(servers) - serversBefore;
    ownSpent = Usage.ownCpuSeconds() - ownBefore;
    busy = Usage.Machine.now().shareSince(machineBefore);
    return this;
  }

  double cpuSeconds() {
    return serversSpent;
  }

  double seconds() {
    return seconds;
  }

  /** How much of the machine's processors was in use, by whomever. */
  double busyPercent() {
    return busy * 100;
  }

  double microsEach(double pieces) {
    return serversSpent * MICROS_PER_SECOND / Math.max(1, pieces);
  }

  /** Says how near to its limit all of it was. */
  void load(Map<String, Double> figures) {
    figures.put("server cores", serversSpent / seconds);
    figures.put("generator cores", ownSpent / seconds);
    figures.put("machine busy %", busyPercent());
  }
}
