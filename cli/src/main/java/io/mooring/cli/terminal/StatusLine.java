package io.mooring.cli.terminal;

/**
 * The last line of the error output, rewritten in place on a terminal and not shown elsewhere.
 * Other lines go above it. Safe for use by many threads.
 */
public final class StatusLine {
  private static final String CLEAR = "\r\u001b[K";

  private final Terminal terminal;
  private String shown = "";

  public StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Replaces the line; cut at the terminal's width, since a wrapped line cannot be rewritten. */
  public synchronized void show(String text) {
    if (terminal.live()) {
      shown = terminal.fits(text) ? text : cut(Terminal.plain(text));
      terminal.err().print(CLEAR + shown);
      terminal.err().flush();
    }
  }

  /** Prints a line above the status. */
  public synchronized void above(String text) {
    if (shown.isEmpty()) {
      terminal.err().println(text);
    } else {
      terminal.err().print(CLEAR);
      terminal.err().println(text);
      terminal.err().print(shown);
      terminal.err().flush();
    }
  }

  /** Leaves the line as it is; what follows stands below it. */
  public synchronized void keep() {
    if (!shown.isEmpty()) {
      terminal.err().println();
      shown = "";
    }
  }

  private String cut(String text) {
    return text.substring(0, Math.max(0, terminal.width() - 2)) + "…";
  }
}
