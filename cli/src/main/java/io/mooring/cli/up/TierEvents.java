package io.mooring.cli.up;

import io.mooring.cli.state.StateFolder;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Ending;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.TierListener;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Passes what happens to the parts on to the display, while starting and afterwards. */
final class TierEvents implements TierListener {
  private final StartDisplay display;
  private final StatusLine line;
  private final Timeline timeline;
  private final Terminal terminal;
  private final StateFolder state;

  TierEvents(
      StartDisplay display,
      StatusLine line,
      Timeline timeline,
      Terminal terminal,
      StateFolder state) {
    this.display = display;
    this.line = line;
    this.timeline = timeline;
    this.terminal = terminal;
    this.state = state;
  }

  @Override
  public void started(Part part) {
    timeline.started(part);
    display.started(part);
  }

  @Override
  public void ready(Part part, Duration took) {
    timeline.ready(part);
    display.ready(part, took.toMillis());
  }

  @Override
  public void ended(Part part, Ending ending) {
    String name = part.name();
    line.above(
        switch (ending) {
          case Ending.Drained _ -> name + " drained" + back(name);
          case Ending.Killed _ -> name + " was killed";
          case Ending.Stopped _ -> name + " was stopped";
          case Ending.Crashed(int code) ->
              "%s %s ended by itself with exit code %d%s"
                  .formatted(terminal.red("✘"), name, code, back(name));
        });
  }

  @Override
  public void stopping(List<Part> slow, Duration patience) {
    line.above(
        "waiting %d s at most for %s to end"
            .formatted(
                Math.ceilDiv(patience.toMillis(), 1000),
                slow.stream().map(Part::name).collect(Collectors.joining(", "))));
  }

  private String back(String name) {
    return "; %s brings it back".formatted(state.command("dev start " + name));
  }
}
