package io.mooring.cli;

/** A command cannot do what it was asked: what is in the way, and what would help. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String next;

  /**
   * @param next a command or an action for the user; empty if there is none
   */
  public CommandException(String message, String next) {
    super(message);
    this.next = next;
  }

  public String next() {
    return next;
  }
}
