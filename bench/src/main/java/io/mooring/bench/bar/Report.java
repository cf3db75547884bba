package io.mooring.bench.bar;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.mooring.bench.measure.Spread;
import io.mooring.cli.terminal.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what was measured into a folder: {@code runs.jsonl}, a line for each run of each
 * contender; {@code commands.txt}, how they were started; {@code table.txt}, what it amounts to.
 */
final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  /** Begins anew. */
  Report(Path folder) {
    try {
      this.folder = Files.createDirectories(folder);
      for (String file : List.of("runs.jsonl", "commands.txt", "table.txt")) {
        Files.deleteIfExists(folder.resolve(file));
      }
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write into " + folder, refused);
    }
  }

  void ran(String bar, Scale scale, int round, String contender, Map<String, Double> figures) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("bar", bar);
    line.put("scale", scale.name());
    line.put("round", round);
    line.put("contender", contender);
    line.putAll(figures);
    try {
      append("runs.jsonl", JSON.writeValueAsString(line));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  void started(String contender, List<String> commands) {
    append("commands.txt", contender + ":\n  " + String.join("\n  ", commands));
  }

  /** Returns the lines that it has written. */
  List<String> tables(
      String title, Map<String, List<Map<String, Double>>> figures, List<Gate.Verdict> verdicts) {
    List<String> lines = new ArrayList<>();
    lines.add(title);
    lines.add("");
    lines.addAll(figures(figures));
    if (!verdicts.isEmpty()) {
      lines.add("");
      lines.addAll(verdicts(verdicts));
    }
    append("table.txt", String.join("\n", lines));
    return lines;
  }

  /** A row for each figure, as there are more of them than contenders. */
  private static List<String> figures(Map<String, List<Map<String, Double>>> figures) {
    List<String> headings = new ArrayList<>(List.of("median (range)"));
    headings.addAll(figures.keySet());
    Table table = new Table(headings.toArray(String[]::new));
    for (String figure : figures.values().iterator().next().getFirst().keySet()) {
      List<Object> cells = new ArrayList<>(List.of(figure));
      for (List<Map<String, Double>> rounds : figures.values()) {
        cells.add(Spread.of(rounds.stream().map(round -> round.get(figure)).toList()));
      }
      table.row(cells.toArray());
    }
    return table.lines();
  }

  private static List<String> verdicts(List<Gate.Verdict> verdicts) {
    Table table = new Table("figure", "reached", "gate", "", "towards the aim", "aim", "");
    for (Gate.Verdict verdict : verdicts) {
      table.row(
          verdict.gate().figure(),
          verdict.reached(),
          verdict.expectation(),
          verdict.passed() ? "met" : "MISSED",
          verdict.towardsAim(),
          verdict.aim(),
          verdict.aimed() ? "met" : "not yet");
    }
    return table.lines();
  }

  private void append(String file, String text) {
    try {
      Files.writeString(
          folder.resolve(file), text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write " + folder.resolve(file), refused);
    }
  }
}
