package io.mooring.cli.drain;

import io.mooring.cli.terminal.Bar;
import io.mooring.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The five steps of a drain as text. */
final class Steps {
  private static final int BAR = 10;

  private final Terminal terminal;

  Steps(Terminal terminal) {
    this.terminal = terminal;
  }

  /** All five in one line. */
  String whole(DrainProgress progress) {
    return joined(progress, false);
  }

  /** All five in a line that fits the terminal: without details of what is done, if need be. */
  String line(DrainProgress progress) {
    String whole = whole(progress);
    return terminal.fits(whole) ? whole : joined(progress, true);
  }

  private String joined(DrainProgress progress, boolean brief) {
    List<String> steps = new ArrayList<>();
    for (Step step : Step.values()) {
      boolean done = step.done(progress.phase());
      String name = brief && done ? "" : " " + step.label;
      String detail = brief && done ? "" : detail(step, progress);
      steps.add(
          shade(
              (step.ordinal() + 1) + name + (done ? " " + terminal.green("✔") : "") + detail,
              progress.phase().reached(step.begins)));
    }
    return " " + String.join("  ", steps);
  }

  /** What there is to say at first, for a reader without a terminal. */
  List<String> news(DrainProgress first) {
    return Arrays.stream(Step.values()).flatMap(step -> news(step, first).stream()).toList();
  }

  /** What has happened since the last look. */
  List<String> news(DrainProgress before, DrainProgress now) {
    List<String> known = news(before);
    return news(now).stream().filter(line -> !known.contains(line)).toList();
  }

  private static Optional<String> news(Step step, DrainProgress progress) {
    String start = " %d %s".formatted(step.ordinal() + 1, step.label);
    boolean worthALine =
        switch (step) {
          case PLACEMENT, DRAINED -> step.done(progress.phase());
          case REFUSING -> progress.phase().reached(DrainPhase.REFUSING);
          case MOVING -> progress.phase().reached(DrainPhase.MOVING) && progress.total() > 0;
          case STRAGGLERS -> progress.phase() == DrainPhase.STRAGGLERS && progress.stragglers() > 0;
        };
    return worthALine
        ? Optional.of(
            switch (step) {
              case PLACEMENT, DRAINED -> start;
              case REFUSING, STRAGGLERS -> start + detail(step, progress);
              case MOVING -> start + " %d/%d".formatted(coarse(progress), progress.total());
            })
        : Optional.empty();
  }

  /** A line for each client would be too much: one for each tenth of the way. */
  private static long coarse(DrainProgress progress) {
    long tenth = Math.max(1, progress.total() / BAR);
    return progress.gone() == progress.total() ? progress.gone() : progress.gone() / tenth * tenth;
  }

  private static String detail(Step step, DrainProgress progress) {
    return switch (step) {
      case PLACEMENT, DRAINED -> "";
      case REFUSING -> progress.phase().reached(DrainPhase.REFUSING) ? acks(progress) : "";
      case MOVING ->
          progress.phase().reached(DrainPhase.MOVING) && progress.total() > 0
              ? " %s %d/%d%s"
                  .formatted(
                      Bar.of(progress.done(), BAR),
                      progress.gone(),
                      progress.total(),
                      eta(progress))
              : "";
      case STRAGGLERS ->
          progress.phase().reached(DrainPhase.STRAGGLERS) ? " " + progress.stragglers() : "";
    };
  }

  private static String acks(DrainProgress progress) {
    String acked =
        progress.envoys().stream()
            .filter(DrainProgress.Ack::acked)
            .map(
                ack ->
                    ack.envoy()
                        + (ack.millis().isPresent()
                            ? " %d ms".formatted(ack.millis().getAsLong())
                            : ""))
            .collect(Collectors.joining(", "));
    String missing =
        progress.envoys().stream()
            .filter(ack -> !ack.acked())
            .map(DrainProgress.Ack::envoy)
            .collect(Collectors.joining(", "));
    return (acked.isEmpty() ? "" : " acked " + acked)
        + (missing.isEmpty() ? "" : " not yet " + missing);
  }

  private static String eta(DrainProgress progress) {
    if (progress.phase() != DrainPhase.MOVING || progress.eta().isZero()) {
      return "";
    }
    return "  ETA %d s".formatted(Math.ceilDiv(progress.eta().toMillis(), 1000));
  }

  private String shade(String step, boolean begun) {
    return begun ? step : terminal.dim(step);
  }

  /** What a drain does, in order. */
  private enum Step {
    PLACEMENT("out of placement", DrainPhase.REQUESTED, DrainPhase.REFUSING),
    REFUSING("refusing", DrainPhase.REFUSING, DrainPhase.MOVING),
    MOVING("moving", DrainPhase.MOVING, DrainPhase.STRAGGLERS),
    STRAGGLERS("stragglers", DrainPhase.STRAGGLERS, DrainPhase.DRAINED),
    DRAINED("drained", DrainPhase.DRAINED, DrainPhase.DRAINED);

    private final String label;
    private final DrainPhase begins;
    private final DrainPhase ends;

    Step(String label, DrainPhase begins, DrainPhase ends) {
      this.label = label;
      this.begins = begins;
      this.ends = ends;
    }

    boolean done(DrainPhase phase) {
      return phase.reached(ends);
    }
  }
}
