package io.mooring.cli.tier;

import java.nio.file.Path;
import java.util.List;

/** A part of the tier did not become ready; the message says which and why. */
public final class PartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Path log;
  private final List<String> lastLines;

  PartException(String message, Path log, List<String> lastLines) {
    super(message);
    this.log = log;
    this.lastLines = List.copyOf(lastLines);
  }

  /** The part's whole log. */
  public Path log() {
    return log;
  }

  /** The end of the log as it was at the failure. */
  public List<String> lastLines() {
    return lastLines;
  }
}
