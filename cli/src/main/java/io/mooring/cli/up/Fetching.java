package io.mooring.cli.up;

import io.mooring.cli.terminal.Bar;
import io.mooring.cli.terminal.StatusLine;
import io.mooring.cli.tier.Blueprint;
import io.mooring.programs.EnvoyProgram;
import io.mooring.programs.ValkeyProgram;
import java.nio.file.Path;
import java.util.Optional;

/** Finds Envoy and Valkey, and shows how far they are when they must be fetched. */
public final class Fetching {
  private final StatusLine line;

  public Fetching(StatusLine line) {
    this.line = line;
  }

  /**
   * Blocks for as long as a download takes.
   *
   * @param valkey false when another Redis is used
   */
  public Blueprint.Binaries find(boolean valkey) {
    Path envoy = EnvoyProgram.find(this::show);
    return new Blueprint.Binaries(
        envoy, valkey ? Optional.of(ValkeyProgram.find(this::show)) : Optional.empty());
  }

  private void show(String program, double done, String step) {
    if (step.equals("fetching")) {
      line.show("%-28s %s".formatted(program, Bar.of(done)));
    } else if (!step.equals("cached")) {
      line.show("");
      line.above("%-28s %s %s".formatted(program, Bar.of(1), step));
    }
  }
}
