package io.mooring.cli.terminal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import sun.misc.Signal;

/** Ctrl-C, or another word to end, for a command that has something to say at its end. */
public final class Interrupt {
  private static final int INTERRUPTED = 130;

  private Interrupt() {}

  /** Ends with the first such word from now on; a second one ends the process at once. */
  public static CompletableFuture<Void> awaited() {
    CompletableFuture<Void> told = new CompletableFuture<>();
    for (String signal : List.of("INT", "TERM", "HUP")) {
      Signal.handle(
          new Signal(signal),
          received -> {
            if (!told.complete(null)) {
              Runtime.getRuntime().halt(INTERRUPTED);
            }
          });
    }
    return told;
  }
}
