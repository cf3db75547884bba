package io.mooring.cli.up;

import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.terminal.Terminal;
import io.mooring.cli.tier.Part;
import io.mooring.cli.tier.TierListener;
import java.time.Duration;

/** Passes what happens to the parts on to the display, while starting and afterwards. */
final class TierEvents implements TierListener {
  private final StartDisplay display;
  private final StatusLine line;
  private final Timeline timeline;
  private final Terminal terminal;

  TierEvents(StartDisplay display, StatusLine line, Timeline timeline, Terminal terminal) {
    this.display = display;
    this.line = line;
    this.timeline = timeline;
    this.terminal = terminal;
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
  public void ended(Part part, int exitCode, boolean asked) {
    line.above(
        asked
            ? "%s was killed".formatted(part.name())
            : "%s %s ended by itself with exit code %d; ./mooring dev start %s brings it back"
                .formatted(terminal.red("✘"), part.name(), exitCode, part.name()));
  }
}
