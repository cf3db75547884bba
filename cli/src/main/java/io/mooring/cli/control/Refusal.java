package io.mooring.cli.control;

/** The supervisor does not do what it was asked; says why, and what would help. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String next;

  /**
   * @param next a command or an action for the user; empty if there is none
   */
  public Refusal(String message, String next) {
    super(message);
    this.next = next;
  }

  public String next() {
    return next;
  }
}
