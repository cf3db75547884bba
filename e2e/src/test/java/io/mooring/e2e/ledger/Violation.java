package io.mooring.e2e.ledger;

/** What must never be seen. */
public record Violation(Kind kind, String what) {
  /** The sentence that was broken. */
  public enum Kind {
    /** A message was delivered that nobody intended, or on another channel. */
    PHANTOM,
    /** A subscriber got a message again, or the log holds it twice. */
    TWICE,
    /** A message was delivered although one before it was not. */
    HOLE,
    /** A message was delivered after one that follows it. */
    DISORDER,
    /** One place was given to two messages: one (epoch, off), where the log is not rolled back. */
    TWO_CONTENTS,
    /** The log was rolled back under a subscriber that was not told. */
    UNTOLD_ROLLBACK,
    /** A message was acknowledged, and a subscriber neither got it nor was told of a loss. */
    SILENT_LOSS,
    /** A resume was called complete that does not continue what the subscriber had. */
    UNTRUE_RESUME,
    /**
     * A resume was called complete, and not everything that lay between its position and the next
     * live message came.
     */
    INCOMPLETE_RESUME
  }

  @Override
  public String toString() {
    return kind + ": " + what;
  }
}
