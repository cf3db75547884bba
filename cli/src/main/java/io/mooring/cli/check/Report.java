package io.mooring.cli.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mooring.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was found, for those who read it. */
public record Report(List<Finding> findings) {
  /** Who reads it. */
  public enum Format {
    TEXT,
    JSON,
    /**
     * A short line, a line for each finding that is not ok, and a monitoring plugin's exit code.
     */
    NAGIOS,
    /** The exposition format, for the text file collector of node_exporter. */
    PROMETHEUS
  }

  /** With the figures, the first line then fits the 200 characters that a pager shows. */
  private static final int SUMMARY = 120;

  public Report {
    findings = List.copyOf(findings);
  }

  /** The lines to print. */
  public List<String> lines(Format format, Terminal terminal) {
    return switch (format) {
      case TEXT -> text(terminal);
      case JSON -> List.of(json().toString());
      case NAGIOS -> nagios();
      case PROMETHEUS -> prometheus();
    };
  }

  /** 0 when nothing failed; a monitoring plugin's also tell warnings (1) from failures (2). */
  public int exitCode(Format format) {
    boolean failed = count(Finding.Level.FAILED) > 0;
    return switch (format) {
      case TEXT, JSON, PROMETHEUS -> failed ? 1 : 0;
      case NAGIOS -> failed ? 2 : count(Finding.Level.WARNING) > 0 ? 1 : 0;
    };
  }

  private List<String> text(Terminal terminal) {
    List<String> lines = new ArrayList<>();
    for (Finding.Group group : Finding.Group.values()) {
      List<Finding> members =
          findings.stream().filter(finding -> finding.group() == group).toList();
      if (!members.isEmpty()) {
        lines.add(terminal.bold(group.word()));
      }
      for (Finding finding : members) {
        lines.add(" " + mark(finding.level(), terminal) + " " + finding.what());
        if (!finding.hint().isEmpty()) {
          lines.add("   " + terminal.dim("→ ") + finding.hint());
        }
      }
    }
    lines.add(
        "%d ok, %d %s, %d failed"
            .formatted(
                count(Finding.Level.OK),
                count(Finding.Level.WARNING),
                count(Finding.Level.WARNING) == 1 ? "warning" : "warnings",
                count(Finding.Level.FAILED)));
    return lines;
  }

  private static String mark(Finding.Level level, Terminal terminal) {
    return switch (level) {
      case OK -> terminal.green(level.mark());
      case WARNING -> terminal.yellow(level.mark());
      case FAILED -> terminal.red(level.mark());
    };
  }

  private ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Finding.Level level : Finding.Level.values()) {
      json.put(level.word(), count(level));
    }
    ArrayNode all = json.putArray("findings");
    for (Finding finding : findings) {
      all.addObject()
          .put("group", finding.group().word())
          .put("level", finding.level().word())
          .put("what", finding.what())
          .put("hint", finding.hint());
    }
    return json;
  }

  private List<String> nagios() {
    String state =
        switch (exitCode(Format.NAGIOS)) {
          case 0 -> "OK";
          case 1 -> "WARNING";
          default -> "CRITICAL";
        };
    List<Finding> bad =
        findings.stream()
            .filter(finding -> finding.level() != Finding.Level.OK)
            .sorted((one, other) -> other.level().compareTo(one.level()))
            .toList();
    List<String> lines = new ArrayList<>();
    lines.add(
        "MOORING %s - %s | ok=%d warning=%d failed=%d"
            .formatted(
                state,
                summary(bad),
                count(Finding.Level.OK),
                count(Finding.Level.WARNING),
                count(Finding.Level.FAILED)));
    bad.forEach(
        finding ->
            lines.add(
                "%s %s: %s%s"
                    .formatted(
                        finding.level().word().toUpperCase(Locale.ROOT),
                        finding.group().word(),
                        plain(finding.what()),
                        finding.hint().isEmpty() ? "" : " -> " + plain(finding.hint()))));
    return lines;
  }

  /** The worst finding, and how many others there are. */
  private static String summary(List<Finding> bad) {
    if (bad.isEmpty()) {
      return "nothing is in the way";
    }
    String worst = plain(bad.getFirst().what());
    return (worst.length() > SUMMARY ? worst.substring(0, SUMMARY - 1) + "…" : worst)
        + (bad.size() > 1 ? " (and %d more)".formatted(bad.size() - 1) : "");
  }

  /** The bar begins the performance data. */
  private static String plain(String text) {
    return text.replace('|', '/').replaceAll("\\s*\n\\s*", " ");
  }

  private List<String> prometheus() {
    List<String> lines = new ArrayList<>();
    lines.add("# HELP mooring_check_findings What mooring check found.");
    lines.add("# TYPE mooring_check_findings gauge");
    for (Finding.Group group : Finding.Group.values()) {
      for (Finding.Level level : Finding.Level.values()) {
        long count =
            findings.stream()
                .filter(finding -> finding.group() == group && finding.level() == level)
                .count();
        lines.add(
            "mooring_check_findings{group=\"%s\",level=\"%s\"} %d"
                .formatted(group.word(), level.word(), count));
      }
    }
    return lines;
  }

  private long count(Finding.Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
