package io.mooring.server.history;

/** Why messages after a position cannot be had: a failed resume, or a broken continuity. */
public enum Gap {
  /** The log is another one than that of the position, or was rolled back to before it. */
  EPOCH_CHANGED("epoch_changed"),
  /** The log's entries were kept for their time, and are gone. */
  TTL_EXPIRED("ttl_expired"),
  /** The log has grown past its size since, so that its oldest entries are gone. */
  TRIMMED("trimmed"),
  /** More was missed than is replayed. */
  TOO_MANY("too_many"),
  /** The log cannot be read. */
  LOG_UNAVAILABLE("log_unavailable");

  private final String word;

  Gap(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
