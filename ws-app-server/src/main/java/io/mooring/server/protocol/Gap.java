package io.mooring.server.protocol;

/** Why messages between two positions cannot be had: a failed resume, or a broken continuity. */
public enum Gap {
  /** The log between the positions cannot be read. */
  LOG_UNAVAILABLE("log_unavailable"),
  /** The log is another one than that of the first position. */
  EPOCH_CHANGED("epoch_changed");

  private final String word;

  Gap(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
