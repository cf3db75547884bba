package io.mooring.cli.clients;

import io.mooring.cli.terminal.Bar;
import io.mooring.cli.terminal.Spans;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * For people: on a terminal one line that is rewritten each second, elsewhere a line now and then;
 * what happens stands above it.
 */
public final class TextDisplay implements Display {
  /** Seconds from one line to the next where no line can be rewritten. */
  private static final int NOW_AND_THEN = 10;

  /** Of a histogram. */
  private static final int MOST_ROWS = 12;

  private final Terminal terminal;
  private final StatusLine line;
  private int seconds;

  public TextDisplay(Terminal terminal) {
    this.terminal = terminal;
    this.line = new StatusLine(terminal);
  }

  @Override
  public void gathering(int joined, int all) {
    line.show(" connecting %s %d/%d".formatted(Bar.of((double) joined / all, 20), joined, all));
  }

  @Override
  public void figures(Figures figures) {
    line.show(text(figures));
    if (!terminal.live() && seconds++ % NOW_AND_THEN == 0) {
      line.above(text(figures));
    }
  }

  @Override
  public void disturbance(Disturbance disturbance) {
    lines(disturbance).forEach(line::above);
  }

  @Override
  public void trouble(String what) {
    line.above(terminal.yellow("‼") + " " + what);
  }

  @Override
  public void summary(Figures figures, Duration took) {
    line.keep();
    terminal
        .out()
        .printf(
            "%s %d clients for %s: received %d, published %d%s · %s · came back %d times, moved %d"
                + " times%s%n",
            figures.flawless() ? terminal.green("✔") : terminal.red("✘"),
            figures.clients(),
            Spans.text(took),
            figures.received(),
            figures.published(),
            figures.unpublished() == 0
                ? ""
                : " (%d more were not, or nobody knows)".formatted(figures.unpublished()),
            flaws(figures.lost(), figures.doubled()),
            figures.returns(),
            figures.moves(),
            closed(figures));
  }

  private String text(Figures figures) {
    return " connected %d/%d · reconnecting %d · received %d · %s%s"
        .formatted(
            figures.connected(),
            figures.clients(),
            figures.reconnecting(),
            figures.received(),
            flaws(figures.lost(), figures.doubled()),
            closed(figures));
  }

  private String closed(Figures figures) {
    return figures.closed() == 0
        ? ""
        : terminal.red(" · sent away for good %d".formatted(figures.closed()));
  }

  /** The account of a disturbance, then its arrivals as a histogram. */
  List<String> lines(Disturbance disturbance) {
    List<String> said = new ArrayList<>();
    if (!disturbance.lost().isEmpty()) {
      said.add("sockets lost: " + counts(disturbance.lost()));
    }
    if (!disturbance.left().isEmpty()) {
      said.add("moved without a break from " + counts(disturbance.left()));
    }
    List<String> lines = new ArrayList<>();
    lines.add(terminal.bold(said.isEmpty() ? "clients were sent away" : String.join(" · ", said)));
    if (!disturbance.arrivals().isEmpty()) {
      long[] times = disturbance.arrivalTimes();
      lines.add(
          "  arrived at %s, at most %d in a second%s"
              .formatted(
                  counts(disturbance.byServer()),
                  Histogram.mostInASecond(times),
                  back(disturbance)));
      lines.addAll(Histogram.of(times, MOST_ROWS).lines());
    }
    lines.add(
        "  replayed %d · %s"
            .formatted(
                disturbance.counts().replayed(),
                flaws(disturbance.counts().lost(), disturbance.counts().doubled())));
    return lines;
  }

  private static String back(Disturbance disturbance) {
    return disturbance.lostSockets() == 0
        ? ""
        : " · without a socket for %.1f s (half), %.1f s (99 %%)"
            .formatted(disturbance.backWithin(0.5) / 1000.0, disturbance.backWithin(0.99) / 1000.0);
  }

  private String flaws(long lost, long doubled) {
    return "%s · %s".formatted(judged("lost", lost), judged("doubled", doubled));
  }

  private String judged(String what, long count) {
    String text = "%s %d".formatted(what, count);
    return count == 0 ? terminal.green(text) : terminal.red(text);
  }

  private static String counts(SortedMap<String, ? extends Number> counts) {
    return counts.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining(", "));
  }
}
