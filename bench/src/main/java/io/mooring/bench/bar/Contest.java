package io.mooring.bench.bar;

import io.mooring.bench.contender.Contender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Has all contenders do a bar's work in turn, round after round, and judges Mooring by it. */
public final class Contest {
  private final Map<Round.Role, Contender> contenders;
  private final Consumer<String> progress;

  /**
   * @param contenders in the order of their turns
   * @param progress is told of each run
   */
  public Contest(Map<Round.Role, Contender> contenders, Consumer<String> progress) {
    this.contenders = new LinkedHashMap<>(contenders);
    this.progress = progress;
  }

  /**
   * What came of it.
   *
   * @param lines the tables
   */
  public record Result(List<String> lines, List<Gate.Verdict> verdicts) {
    /** The gates that were missed, a line each. */
    public List<String> missed() {
      return verdicts.stream()
          .filter(verdict -> !verdict.passed())
          .map(Gate.Verdict::line)
          .toList();
    }
  }

  /**
   * @param output the folder for tables and data
   * @param scratch a folder for what the servers write
   */
  public Result run(Bar bar, Scale scale, int rounds, Path output, Path scratch) {
    Map<Round.Role, Contender> taking = new LinkedHashMap<>(contenders);
    if (!bar.hasLimit()) {
      taking.remove(Round.Role.BARE_NETTY);
    }
    taking.values().forEach(Contender::fetch);
    Report report = new Report(output);
    List<Round> done = new ArrayList<>();
    Map<String, List<Map<String, Double>>> byContender = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      Map<Round.Role, Map<String, Double>> figures = new EnumMap<>(Round.Role.class);
      for (Map.Entry<Round.Role, Contender> turn : taking.entrySet()) {
        Contender contender = turn.getValue();
        progress.accept("%s %d/%d: %s".formatted(bar.name(), round, rounds, contender.name()));
        Path folder = scratch.resolve("%s-%d-%s".formatted(bar.name(), round, turn.getKey()));
        boolean first = round == 1;
        Map<String, Double> measured =
            bar.run(
                contender,
                scale,
                folder,
                (started, commands) -> {
                  if (first) {
                    report.started(started.name(), commands);
                  }
                });
        report.ran(bar.name(), scale, round, contender.name(), measured);
        figures.put(turn.getKey(), measured);
        byContender.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(measured);
      }
      done.add(new Round(figures));
    }
    List<Gate.Verdict> verdicts =
        bar.gates().stream()
            .filter(gate -> taking.keySet().containsAll(gate.parties()))
            .map(gate -> gate.judge(done))
            .toList();
    String title =
        "%d %s: %s; rounds: %d%s"
            .formatted(
                bar.number(),
                bar.name(),
                bar.work(scale),
                rounds,
                scale == Scale.TINY ? ". TINY: the figures mean nothing" : "");
    return new Result(report.tables(title, byContender, verdicts), verdicts);
  }
}
