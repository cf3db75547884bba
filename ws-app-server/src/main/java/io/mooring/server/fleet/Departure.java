package io.mooring.server.fleet;

/**
 * That a server has gone.
 *
 * @param generation the one that has gone, as have all before it
 */
public record Departure(long generation, End end) {
  /** How it went. */
  public enum End {
    /**
     * It said itself that it leaves; or nobody has told how it went, and when it was last told of
     * it was draining, and its lease had not lapsed.
     */
    IN_ORDER,
    /** Its lease ended. */
    LOST,
    /** A later generation has its id, and nobody knows that its lease had ended by then. */
    REPLACED
  }
}
