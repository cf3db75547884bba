package io.mooring.cli.up;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.child.Child;
import io.mooring.cli.terminal.Table;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.Tier;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the time of a start goes; all times in milliseconds since the command was typed. */
public final class Timeline {
  private final long origin;
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private final Map<String, Long> started = new LinkedHashMap<>();
  private final Map<String, Long> ready = new LinkedHashMap<>();

  /**
   * Starts with the launcher, if it said when it was ({@code mooring.started}, microseconds since
   * 1970), else now.
   */
  public Timeline() {
    long launcher = Long.getLong("mooring.started", 0L) / 1000;
    this.origin = launcher > 0 ? launcher : System.currentTimeMillis();
  }

  /** A step of the supervisor's own has ended. */
  public synchronized void mark(String step) {
    steps.put(step, now());
  }

  synchronized void started(Part part) {
    started.put(part.name(), now());
  }

  synchronized void ready(Part part) {
    ready.put(part.name(), now());
  }

  /** Since the command was typed. */
  public Duration elapsed() {
    return Duration.ofMillis(now());
  }

  /** One line for each step and part. */
  synchronized List<String> table(Tier tier) {
    Table table = new Table("PART", "FROM MS", "READY MS", "TOOK MS", "CPU MS");
    long from = 0;
    for (Map.Entry<String, Long> step : steps.entrySet()) {
      table.row(step.getKey(), from, step.getValue(), step.getValue() - from, "");
      from = step.getValue();
    }
    for (Tier.Running running : tier.all()) {
      String name = running.part().name();
      long start = started.getOrDefault(name, 0L);
      long end = ready.getOrDefault(name, 0L);
      table.row(name, start, end, end - start, cpu(running.child()));
    }
    return table.lines();
  }

  /** Adds {@code timings} to the answer for programs. */
  synchronized void addTo(ObjectNode json, Tier tier) {
    ObjectNode timings = json.putObject("timings");
    timings.put("total_ms", now());
    ObjectNode own = timings.putObject("steps_ms");
    steps.forEach(own::put);
    ArrayNode parts = timings.putArray("parts");
    for (Tier.Running running : tier.all()) {
      String name = running.part().name();
      parts
          .addObject()
          .put("name", name)
          .put("started_ms", started.getOrDefault(name, 0L))
          .put("ready_ms", ready.getOrDefault(name, 0L))
          .put("cpu_ms", cpu(running.child()));
    }
  }

  private static long cpu(Child child) {
    return child.cpu().toMillis();
  }

  private long now() {
    return System.currentTimeMillis() - origin;
  }
}
